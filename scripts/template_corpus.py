"""The templates, conversations and snippets that template-fixtures.py renders."""

TEMPLATES = {}

TEMPLATES["chatml"] = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + "
    "'\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")

TEMPLATES["chatml-default-system"] = """{% for message in messages %}
{% if loop.first and messages[0]['role'] != 'system' %}
{{ '<|im_start|>system\\nBe brief.<|im_end|>\\n' }}
{% endif %}
{{'<|im_start|>' + message['role'] + '\\n'}}
{% if message['content'] is string %}
{{ message['content'] }}
{% else %}
{% for part in message['content'] %}
{% if part['type'] == 'image' or 'image_url' in part %}<|picture|>{% elif 'text' in part %}{{ part['text'] }}{% endif %}
{% endfor %}
{% endif %}
<|im_end|>
{% endfor %}
{% if add_generation_prompt %}
<|im_start|>assistant
{% endif %}
"""

TEMPLATES["llama-2"] = (
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
    "{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}"
    "{% set system_message = false %}{% endif %}{% for message in loop_messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Roles must take turns: user, assistant, user, ...') }}{% endif %}"
    "{% if loop.index0 == 0 and system_message != false %}"
    "{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}"
    "{% else %}{% set content = message['content'] %}{% endif %}"
    "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}")

TEMPLATES["llama-3"] = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}"
    "{% set content = '<|head|>' + message['role'] + '<|/head|>\\n\\n'+ message['content'] | trim + '<|eot|>' %}"
    "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|head|>assistant<|/head|>\\n\\n' }}{% endif %}")

TEMPLATES["llama-3.1-tools"] = """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not tools_in_user_message is defined %}
    {%- set tools_in_user_message = true %}
{%- endif %}
{%- if not date_string is defined %}
    {%- set date_string = "1 Jan 2024" %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}

{#- Take the system message out, so that it can go first. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}

{#- System turn #}
{{- "<|head|>system<|/head|>\\n\\n" }}
{%- if builtin_tools is defined or tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{%- if builtin_tools is defined %}
    {{- "Tools: " + builtin_tools | reject('equalto', 'code_interpreter') | join(", ") + "\\n\\n"}}
{%- endif %}
{{- "Known until: some month\\n" }}
{{- "Today: " + date_string + "\\n\\n" }}
{%- if tools is not none and not tools_in_user_message %}
    {{- "These functions can be called:\\n\\n" }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot|>" }}

{%- if tools_in_user_message and not tools is none %}
    {#- The first user turn carries the tools #}
    {%- if messages | length != 0 %}
        {%- set first_user_message = messages[0]['content']|trim %}
        {%- set messages = messages[1:] %}
    {%- else %}
        {{- raise_exception("There is no first user message to carry the tools!") }}
    {%- endif %}
    {{- '<|head|>user<|/head|>\\n\\n' -}}
    {{- 'Answer with {"name": function, "parameters": values}.\\n\\n' }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
    {{- first_user_message + "<|eot|>"}}
{%- endif %}

{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|head|>' + message['role'] + '<|/head|>\\n\\n'+ message['content'] | trim + '<|eot|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("Only one tool call at a time!") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {%- if builtin_tools is defined and tool_call.name in builtin_tools %}
            {{- '<|head|>assistant<|/head|>\\n\\n' -}}
            {{- "<|python|>" + tool_call.name + ".call(" }}
            {%- for arg_name, arg_val in tool_call.arguments | items %}
                {{- arg_name + '="' + arg_val + '"' }}
                {%- if not loop.last %}
                    {{- ", " }}
                {%- endif %}
                {%- endfor %}
            {{- ")" }}
        {%- else  %}
            {{- '<|head|>assistant<|/head|>\\n\\n' -}}
            {{- '{"name": "' + tool_call.name + '", ' }}
            {{- '"parameters": ' }}
            {{- tool_call.arguments | tojson }}
            {{- "}" }}
        {%- endif %}
        {{- "<|eot|>" }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|head|>ipython<|/head|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|head|>assistant<|/head|>\\n\\n' }}
{%- endif %}
"""

TEMPLATES["llama-3.2-date"] = """{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- set system = messages[0].content|trim if messages and messages[0].role == 'system' else '' %}
{{- "<|head|>system<|/head|>\\n\\nToday: " ~ date_string ~ "\\n\\n" ~ system ~ "<|eot|>" }}
{%- for message in messages if message.role != 'system' %}
    {%- generation %}
    {{- '<|head|>' + message.role + '<|/head|>\\n\\n' + (message.content or '')|string|trim + '<|eot|>' }}
    {%- endgeneration %}
{%- endfor %}
"""

TEMPLATES["mistral-1"] = (
    "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Turns must go user/assistant/user/assistant/...') }}{% endif %}"
    "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token + ' ' }}"
    "{% else %}{{ raise_exception('Only user and assistant roles!') }}{% endif %}{% endfor %}")

TEMPLATES["mistral-3-tools"] = """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}

{#- Turns alternate, tool traffic aside. #}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or message.role == "tool_results" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("After the system message, turns must alternate") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}

{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}
                        {{- '"' + key + '": "' + val + '"' }}
                    {%- else %}
                        {{- '"' + key + '": ' + val|tojson }}
                    {%- endif %}
                    {%- if not loop.last %}
                        {{- ", " }}
                    {%- endif %}
                {%- endfor %}
                {{- "}}" }}
                {%- if not loop.last %}
                    {{- ", " }}
                {%- else %}
                    {{- "]" }}
                {%- endif %}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
            {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- "[TOOL_CALLS] [" }}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function|tojson %}
            {{- out[:-1] }}
            {%- if not tool_call.id is defined or tool_call.id|length != 9 %}
                {{- raise_exception("Tool call ids have nine characters!") }}
            {%- endif %}
            {{- ', "id": "' + tool_call.id + '"}' }}
            {%- if not loop.last %}
                {{- ", " }}
            {%- else %}
                {{- "]" + eos_token }}
            {%- endif %}
        {%- endfor %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- elif message["role"] == "tool_results" or message["role"] == "tool" %}
        {%- if message.content is defined and message.content.content is defined %}
            {%- set content = message.content.content %}
        {%- else %}
            {%- set content = message.content %}
        {%- endif %}
        {{- '[TOOL_RESULTS] {"content": ' + content|string + ", " }}
        {%- if not message.tool_call_id is defined or message.tool_call_id|length != 9 %}
            {{- raise_exception("Tool call ids have nine characters!") }}
        {%- endif %}
        {{- '"call_id": "' + message.tool_call_id + '"}[/TOOL_RESULTS]' }}
    {%- else %}
        {{- raise_exception("Unknown role: " + message["role"]) }}
    {%- endif %}
{%- endfor %}
"""

TEMPLATES["qwen-2"] = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\\nAnswer plainly.<|im_end|>\\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\\n' + message['content']}}"
    "{% if (loop.last and add_generation_prompt) or not loop.last %}{{ '<|im_end|>' + '\\n'}}{% endif %}{% endfor %}"
    "{% if add_generation_prompt and messages[-1]['role'] != 'assistant' %}{{ '<|im_start|>assistant\\n' }}{% endif %}")

TEMPLATES["qwen-2.5-tools"] = """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0]['role'] == 'system' %}
        {{- messages[0]['content'] }}
    {%- else %}
        {{- 'Answer plainly.' }}
    {%- endif %}
    {{- "\\n\\n# Tools\\n\\nSignatures stand between <tools></tools>:\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools>\\n\\nCall like this:\\n<tool_call>\\n{\\"name\\": <name>, \\"arguments\\": <object>}\\n</tool_call><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nAnswer plainly.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
        {%- if message.content %}
            {{- '\\n' + message.content }}
        {%- endif %}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- '\\n<tool_call>\\n{"name": "' }}
            {{- tool_call.name }}
            {{- '", "arguments": ' }}
            {{- tool_call.arguments | tojson }}
            {{- '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}
        {{- message.content }}
        {{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""

TEMPLATES["qwen-3-thinking"] = """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "# Tools\\n\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0].role == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- set ns = namespace(looking=true, last_query=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.looking and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.looking = false %}
        {%- set ns.last_query = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query %}
            {%- if loop.last or (not loop.last and reasoning_content) %}
                {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
            {%- else %}
                {{- '<|im_start|>' + message.role + '\\n' + content }}
            {%- endif %}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
                {%- if (loop.first and content) or (not loop.first) %}
                    {{- '\\n' }}
                {%- endif %}
                {%- if tool_call.function %}
                    {%- set tool_call = tool_call.function %}
                {%- endif %}
                {{- '<tool_call>\\n{"name": "' }}
                {{- tool_call.name }}
                {{- '", "arguments": ' }}
                {%- if tool_call.arguments is string %}
                    {{- tool_call.arguments }}
                {%- else %}
                    {{- tool_call.arguments | tojson }}
                {%- endif %}
                {{- '}\\n</tool_call>' }}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}
        {{- content }}
        {{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
"""

TEMPLATES["deepseek-2"] = (
    "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{{ bos_token }}"
    "{% for message in messages %}{% if message['role'] == 'user' %}{{ 'User: ' + message['content'] + '\\n\\n' }}"
    "{% elif message['role'] == 'assistant' %}{{ 'Assistant: ' + message['content'] + eos_token }}"
    "{% elif message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}")

TEMPLATES["deepseek-3"] = (
    "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}"
    "{% set ns = namespace(is_first=false, is_tool=false, is_output_first=true, system_prompt='') %}"
    "{%- for message in messages %}{%- if message['role'] == 'system' %}"
    "{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}{{bos_token}}{{ns.system_prompt}}"
    "{%- for message in messages %}{%- if message['role'] == 'user' %}{%- set ns.is_tool = false -%}"
    "{{'<｜User｜>' + message['content']}}{%- endif %}"
    "{%- if message['role'] == 'assistant' and message['content'] is none %}{%- set ns.is_tool = false -%}"
    "{%- for tool in message['tool_calls']%}{%- if not ns.is_first %}"
    "{{'<｜Assistant｜><｜calls▁begin｜>' + tool['type'] + '<｜sep｜>' + tool['function']['name'] + '\\n' + '```json' + "
    "'\\n' + tool['function']['arguments']|tojson + '\\n' + '```' + '<｜call▁end｜>'}}{%- set ns.is_first = true -%}"
    "{%- else %}{{'\\n' + '<｜call▁begin｜>' + tool['type'] + '<｜sep｜>' + tool['function']['name']}}"
    "{{'<｜calls▁end｜>'}}{%- endif %}{%- endfor %}{%- endif %}"
    "{%- if message['role'] == 'assistant' and message['content'] is not none %}{%- if ns.is_tool %}"
    "{{'<｜outputs▁end｜>' + message['content'] + '<｜end｜>'}}{%- set ns.is_tool = false -%}{%- else %}"
    "{% set content = message['content'] %}{% if '</think>' in content %}"
    "{% set content = content.split('</think>')[-1] %}{% endif %}{{'<｜Assistant｜>' + content + '<｜end｜>'}}"
    "{%- endif %}{%- endif %}{%- if message['role'] == 'tool' %}{%- set ns.is_tool = true -%}"
    "{%- if ns.is_output_first %}{{'<｜outputs▁begin｜><｜output▁begin｜>' + message['content'] + '<｜output▁end｜>'}}"
    "{%- set ns.is_output_first = false %}{%- else %}{{'\\n<｜output▁begin｜>' + message['content']}}{%- endif %}"
    "{%- endif %}{%- endfor -%}{% if ns.is_tool %}{{'<｜outputs▁end｜>'}}{% endif %}"
    "{% if add_generation_prompt and not ns.is_tool %}{{'<｜Assistant｜><think>\\n'}}{% endif %}")

TEMPLATES["zephyr"] = """{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>\\n' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>\\n' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>\\n'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}"""

TEMPLATES["phi-3"] = (
    "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}"
    "{{'<|system|>\\n' + message['content'] + '<|end|>\\n'}}{% elif message['role'] == 'user' %}"
    "{{'<|user|>\\n' + message['content'] + '<|end|>\\n'}}{% elif message['role'] == 'assistant' %}"
    "{{'<|assistant|>\\n' + message['content'] + '<|end|>\\n'}}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}")

TEMPLATES["phi-4-tools"] = (
    "{% for message in messages %}{% if message['role'] == 'system' and 'tools' in message and "
    "message['tools'] is not none %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|tool|>' + "
    "message['tools'] + '<|/tool|>' + '<|end|>' }}{% else %}{{ '<|' + message['role'] + '|>' + "
    "(message['content'] if message['content'] is string else message['content'] | tojson) + '<|end|>' }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}")

TEMPLATES["gemma"] = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('No system role here') }}{% endif %}"
    "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Turns must go user/assistant/user/assistant/...') }}{% endif %}"
    "{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}"
    "{% endif %}{{ '<turn>' + role + '\\n' + message['content'] | trim + '</turn>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{'<turn>model\\n'}}{% endif %}")

TEMPLATES["gemma-3-parts"] = """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '\n\n' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Turns must alternate") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<turn>' + role + '\n' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<picture>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '</turn>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<turn>model\n'}}
{%- endif -%}
"""

TEMPLATES["macro-types"] = """{%- macro render_type(spec, depth=0) -%}
    {%- if spec.type == 'object' -%}
        {{- '{' }}
        {%- for name, part in spec.properties | dictsort -%}
            {{- name ~ ('' if name in (spec.required or []) else '?') ~ ': ' ~ render_type(part, depth=depth + 1) }}
            {%- if not loop.last %}, {% endif -%}
        {%- endfor -%}
        {{- '}' }}
    {%- elif spec.type == 'array' -%}
        {{- render_type(spec['items'], depth + 1) + '[]' }}
    {%- elif spec.enum is defined -%}
        {{- spec.enum | map('tojson') | join(' | ') }}
    {%- else -%}
        {{- {'string': 'text', 'integer': 'int'}.get(spec.type, spec.type) | default('any', true) }}
    {%- endif -%}
{%- endmacro -%}
{%- for tool in tools or [] %}
// {{ tool.function.description }}
function {{ tool.function.name }}({{ render_type(tool.function.parameters) }});
{% endfor -%}
{%- for message in messages %}
{%- if message.role == 'tool' %}{% continue %}{% endif %}
[{{ loop.index }}/{{ loop.length }}] {{ message.role | capitalize }}: {{ message.content | default('', true) }}
{%- if loop.index > 4 %}
...{% break %}
{%- endif %}
{%- endfor %}
"""

TEMPLATES["whitespace"] = """
  {% if messages %}
   {%+ for message in messages %}
	{{ message.role }}  -
	   {#- a comment -#}   {{- message.content -}}
   {% endfor +%}

  {% endif %}
  {% raw %}  {{ not this }} {% endraw %}
{{ '' }}
{%- set kept -%}  inner  {%- endset %}
<{{ kept }}>

"""

TEMPLATES["command-style"] = """{%- set default_system = 'Be exact.' -%}
{%- set system_message = (messages | selectattr('role', 'equalto', 'system') | map(attribute='content') | first) or default_system -%}
{%- set rest = messages | rejectattr('role', 'equalto', 'system') | list -%}
<sys>{{ system_message | replace('terse', 'exact') }}</sys>
{%- for message in rest -%}
    {%- set prefix = 'U' if message.role == 'user' else ('A' if message.role == 'assistant' else 'T') -%}
    {{ '\\n' ~ prefix ~ loop.index ~ ': ' ~ message['content'] | string | replace('\\n', ' ') }}
    {%- if loop.nextitem is defined and loop.nextitem.role == message.role %} (cont.){% endif -%}
    {%- if loop.previtem is defined %}{{ ' after ' ~ loop.previtem.role }}{% endif -%}
{%- else -%}
    (nobody spoke)
{%- endfor %}
{{ '-' * 8 }}
"""

TEMPLATES["filter-blocks"] = """{% filter trim | indent(2, true) %}
{% for message in messages %}
{% with name = message.role | title, size = message.content | length %}
{{ name }} ({{ size }})
{% endwith %}
{% endfor %}
{% endfilter %}
{% macro box(title) %}[{{ title }}|{{ caller() }}]{% endmacro %}
{% call box('last') %}{{ messages[-1].content }}{% endcall %}
"""

TEMPLATES["sorted-tools"] = """{{ tools | default([]) | map(attribute='function.name') | sort | join(',') }}
{% for tool in tools | default([]) | sort(attribute='function.name', reverse=true) -%}
{{ tool | tojson(sort_keys=true, separators=(',', ':')) }}
{{ tool.function.parameters.properties.keys() | list }}
{{ tool.function.parameters }}
{% endfor %}
{{ messages | map(attribute='role') | unique | list }}
{{ messages | groups if false else messages | selectattr('content') | list | count }}
"""

TEMPLATES["granite-style"] = """{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content'] %}{%- set loop_messages = messages[1:] %}{%- else %}{%- set system_message = "Date: " + strftime_now('%B %d, %Y') + "." %}{%- if tools and documents %}{%- set system_message = system_message + " Tools and documents." %}{%- elif tools %}{%- set system_message = system_message + " Tools." %}{%- endif %}{%- set loop_messages = messages %}{%- endif %}
{{- '<|start|>system<|role|>' + system_message + '<|end|>\\n' }}
{%- if tools %}{{- '<|start|>tools<|role|>' }}{{- tools | tojson(indent=4) }}{{- '<|end|>\\n' }}{%- endif %}
{%- for message in loop_messages %}{{- '<|start|>' + message['role'] + '<|role|>' + message['content'] + '<|end|>\\n' }}{%- if loop.last and add_generation_prompt %}{{- '<|start|>assistant' }}{{- '<|role|>' }}{%- endif %}{%- endfor %}"""


WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "Weather of a \"place\" <now> & here",
    "parameters": {"type": "object", "properties": {
        "place": {"type": "string", "description": "Name, e.g. São Paulo"},
        "unit": {"type": "string", "enum": ["°C", "°F"]},
        "days": {"type": "array", "items": {"type": "integer"}}}, "required": ["place"]},
    "return": {"type": "number"}}}
ADD = {"type": "function", "function": {
    "name": "add", "description": "Sum",
    "parameters": {"type": "object", "properties": {
        "b": {"type": "number", "default": 0.5}, "a": {"type": "number", "minimum": -3}}, "required": []}}}


def user(text): return {"role": "user", "content": text}
def assistant(text): return {"role": "assistant", "content": text}
def system(text): return {"role": "system", "content": text}


def chat(*messages, **more):
    return {"messages": list(messages), "bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": True, **more}


CALL = {"role": "assistant", "content": None, "tool_calls": [
    {"id": "abcde1234", "type": "function", "function": {
        "name": "get_weather", "arguments": {"place": "Paris", "unit": "°C"}}}]}
ANSWER = {"role": "tool", "content": "{\"temp\": 21.5}", "tool_call_id": "abcde1234", "name": "get_weather"}

CONVERSATIONS = {
    "one-turn": chat(user("Hi")),
    "no-prompt": chat(user("Hi"), assistant("Hello!"), add_generation_prompt=False),
    "system": chat(system("You are terse."), user("Hi")),
    "multi-turn": chat(system(" Sys \n"), user("One?"), assistant("1"), user("Two?"), assistant("2"), user("Three?")),
    "trailing-assistant": chat(user("Continue"), assistant("Once upon")),
    "empty-content": chat(system(""), user(""), assistant(""), user("")),
    "unicode": chat(system("Olá, açaí"), user("👩‍👩‍👧 e\u0301 日本語 ﷽ \u202e x"), assistant("مرحبا 🏳️‍🌈"), user("ß ẞ İ")),
    "odd-space": chat(user("\n\n  tabs\tand\r\nreturns \u00a0\u3000\n"), assistant("\n x \n"), user(" \t ")),
    "bad-order": chat(user("a"), user("b"), assistant("c")),
    "assistant-first": chat(assistant("me first"), user("ok")),
    "tools-offered": chat(user("Weather in Paris?"), tools=[WEATHER, ADD]),
    "tool-call": chat(system("Use tools."), user("Weather?"), CALL, ANSWER, user("Thanks"), tools=[WEATHER]),
    "two-results": chat(user("Both?"), CALL, ANSWER, ANSWER, assistant("Done."), user("More"), tools=[ADD]),
    "parts": chat(user([{"type": "text", "text": " Look: "}, {"type": "image"}, {"type": "text", "text": "what?"}])),
    "thinking": chat(user("Why?"), assistant("<think>\nhm\n</think>\n\nBecause."), user("Sure?"),
                     assistant("<think>x</think>Yes")),
    "no-thinking": chat(user("2+2"), enable_thinking=False, date_string="02 Feb 2022"),
    "builtin-tools": chat(user("Search"), CALL, builtin_tools=["get_weather", "code_interpreter"],
                          tools_in_user_message=False, tools=[ADD]),
    "long": chat(*[m for i in range(40) for m in (user(f"Question {i}: " + "word " * (i % 7)), assistant("x" * i))]),
    "markup": chat(user("{{ 7 * 7 }} {% if x %} </s> <|im_end|> \\n 'q' \"d\" & <b>"), assistant("{# no #}"), user("ok")),
    "no-messages": chat(),
    "bare": {"messages": [user("x")]},
}


CONTEXT = {
    "n": 7, "neg": -7, "zero": 0, "big": 9007199254740993, "yes": True, "no": False, "nil": None, "s": "Hello World",
    "empty": "", "uni": "aé日👩‍👧z", "lines": "one\n two\r\n\nthree ", "f": 0.1, "e": 1e22, "tiny": 1.5e-7, "whole": 3.0,
    "l": [3, 1, 2], "words": ["pear", "Apple", "fig", "apple"], "nested": [[1, [2, "x'y"]], {"k": None}],
    "d": {"b": 1, "a": 2, "items": "mine"}, "u": [{"n": "x", "v": 2, "t": {"q": 1}}, {"n": "y", "v": 1}, {"n": "x"}],
}

EXPRESSIONS = r"""
1 + 2 * 3
(1 + 2) * 3
7 // 2
-7 // 2
7 % -3
-7 % 3
neg // 2
2 ** 10
2 ** 3 ** 2
-2 ** 2
4 / 2
-6 / 3
1 / 0
1 // 0
1 % 0
1 - 2 - 3
'a' ~ 1 ~ none ~ true
1 ~ 2 + 3
'a' + 'b' ~ 'c'
'a' 'b' "c"
'a' + 1
1 + 'a'
none + 1
[1] + [2, 3]
(1,) + (2,)
[1] + (2,)
'ab' * 3
3 * 'ab'
[0] * 3
'ab' * -1
- n
+ n
-neg|abs
not n
not not yes
not yes and no
no or 'x'
'' or none or 0
yes and 'x' and 5
1 < 2 < 3
1 < 3 < 2
1 == 1.0
yes == 1
'a' < 'b'
'a' < 1
[1, 2] < [1, 3]
missing == nope
missing != 1
missing < 1
missing + 1
missing.x
missing['x']
missing()
nil.x
nil.x.y
n.x
s.x
1 in l
9 not in l
'lo' in s
1 in s
'a' in d
[1] in nested
missing in l
1 in missing
1 in n
n if yes else 0
n if no
n if no else s if no else 'z'
(n if no) is undefined
'x' if not missing
s[0]
s[-1]
s[99]
s[1:3]
s[::-1]
s[-3:]
s[:-6:2]
s[5:1]
s[100:]
s[::0]
s['a':]
uni[1]
uni[2:4]
uni[::-1]
uni|length
uni[-1]
l[0]
l[-1]
l[5]
l['x']
l[1:]
l[::-1]
l[::-2]
l[-100:100]
nil[1:]
missing[1:]
d.a
d['a']
d.zz
d['zz']
d.items
d['items']
d[1]
d[[1]]
d.get('a')
d.get('zz')
d.get('zz', 9)
d.get()
d.keys()
d.values()
d.items()
d.items()|list
d.keys()|list
d.update({'x': 1})
d.pop is defined
l.append(4)
l.append
l.index(1)
l.count(3)
[1, 'a', none, true, [2], (3,), {}, {'k': 'v'}]
()
(1,)
{1: 2, 'x': [none]}
{'a': 1, 'a': 2}
nested
"it's"
["it's", 'say "x"', 'both \' "', 'tab\t nl\n', '\x00\x7f\xa0é\u200b👩']
'\a\b\f\v\0\101\x41\u00e9\U0001F600\d\é\日'
"\N{DIGIT ONE}"
'\x4'
'a\
b'
0x1F
0b101
0o17
1_000
1__0
012
9223372036854775807
0.1
1e3
1.50
1.5e300
f
e
tiny
whole
big
[f, e]
whole == 3
f == 0.1
f < 1
whole is float
f is number
n is integer
yes is integer
yes is number
n is float
n is odd
n is even
n is divisibleby 7
n is divisibleby(2)
n is equalto 7
n is eq 8
n is sameas none
nil is none
nil is not none
missing is none
missing is defined
missing is not defined
n is defined and n > 3
s is string
l is string
l is iterable
s is iterable
n is iterable
d is mapping
l is mapping
l is sequence
d is sequence
missing is sequence
missing is iterable
yes is boolean
yes is true
no is false
n is true
1 is in l
n is in [1, 2]
'upper' is filter
'nope' is filter
'odd' is test
s is callable
range is callable
'ABC' is upper
'abc' is lower
s is nonsense
s|nonsense
n is odd is even
s|trim
'  x '|trim
'xxaxx'|trim('x')
' x '|length
n|length
missing|length
nil|length
d|length
l|count
s|upper
s|lower
'hELLO wORLD'|capitalize
'hello wORLD-foo (bar) x_y'|title
'hello wORLD-foo it\'s'.title()
l|join
l|join(', ')
l|join('-')|upper
u|join('/', attribute='n')
s|join('.')
missing|join
n|join
l|first
l|last
s|first
s|last
[]|first
''|last
d|first
d|last
missing|first
n|first
l|list
s|list
d|list
n|list
l|string
n|string + '!'
'42'|int
' -4_2 '|int
'4.9'|int
'-4.9'|int
'x'|int
'x'|int(5)
'x'|int(default=-1)
''|int
yes|int
nil|int
f|int
missing|int
'1.5'|float
'x'|float
n|float
s|replace('l', 'L')
s|replace('l', 'L', 1)
s|replace('', '-')
s|replace('zz', 'y')
s|replace
n|replace('7', '8')
missing|default('x')
missing|d
nil|default('x')
nil|default('x', true)
''|default('x', boolean=true)
s|default('x')
u|map(attribute='n')|list
u|map(attribute='v', default=0)|list
u|map(attribute='t.q')|list
u|map(attribute='t.q', default='-')|list
words|map('upper')|list
words|map('replace', 'a', 'A')|join(' ')
words|map('nonsense')|list
nested|map(attribute=0)|list
u|map
u|selectattr('v')|list
u|selectattr('v', 'equalto', 2)|list
u|selectattr('v', 'defined')|map(attribute='v')|list
u|rejectattr('n', 'equalto', 'x')|list
u|selectattr('v', '>', 1)|list
u|selectattr('v', 'gt', 0)|list
l|select('odd')|list
l|select('>', 1)|list
l|reject('equalto', 1)|list
[0, 1, '', 'x', none]|select|list
[0, 1, '', 'x', none]|reject|list
l|select|length
l|map('string')|first
d|items|list
missing|items|list
l|items|list
d|dictsort
d|dictsort(by='value')
d|dictsort(true, 'key', true)
{'b': 1, 'A': 2}|dictsort
{'b': 1, 'A': 2}|dictsort(case_sensitive=true)
words|unique|list
words|unique(true)|list
u|unique(attribute='n')|list
l|sort
l|sort(reverse=true)
words|sort
words|sort(case_sensitive=true)
words|sort(true)
u|sort(attribute='n')
[1, 'a']|sort
l|reverse|list
s|reverse
d|reverse|list
n|reverse
lines|indent
lines|indent(2, true)
lines|indent(2, blank=true)
lines|indent('>')
s|safe
'<a href="x">\'&\'</a>'|e
'<b>'|escape
neg|abs
s|abs
l|min
l|max
words|min
words|max(case_sensitive=true)
[]|min
l|sum
u|sum(attribute='v')
[1, 2]|sum(start=10)
[]|sum
[[1], [2]]|sum(start=[])
d|attr('a')
s|attr('upper')()
nested|tojson
d|tojson
d|tojson(sort_keys=true)
d|tojson(indent=2)
nested|tojson(indent=1)
[]|tojson(indent=4)
{}|tojson(indent=4)
[[], {}]|tojson(indent=0)
d|tojson(separators=(',', ':'))
uni|tojson
uni|tojson(ensure_ascii=true)
'<a> & \' " \\ \n \x01 \x7f / é'|tojson
'é\x7f'|tojson(true)
[f, e, tiny, whole, yes, nil]|tojson
{1: 1, none: 2, true: 3}|tojson
(1, 2)|tojson
missing|tojson
range(3)|tojson
[missing]
d|tojson(nope=1)
s.strip('Hd')
'  x '.strip()
'  x '.lstrip() ~ '|'
'  x '.rstrip() ~ '|'
'\u3000x\u00a0'.strip()
s.startswith('He')
s.startswith(('x', 'He'))
s.endswith('ld')
s.endswith('x')
s.startswith(1)
s.split()
s.split('o')
s.split('o', 1)
s.rsplit('o', 1)
'a,b,,c'.split(',')
' a  b '.split()
' a  b  c '.split(none, 1)
' a  b  c '.rsplit(none, 1)
'abc'.split('')
'a--b--c'.rsplit('--', 1)[0]
lines.splitlines()
lines.splitlines(true)
s.upper()
s.lower()
s.title()
s.capitalize()
s.swapcase()
s.replace('l', '')
s.replace('l', 'r', 1)
s.find('o')
s.find('o', 5)
s.find('zz')
uni.find('z')
s.index('zz')
s.count('l')
'aaa'.count('aa')
''.count('')
', '.join(['a', 'b'])
', '.join([1])
', '.join(d)
'123'.isdigit()
'12a'.isdigit()
'abc'.isalpha()
' '.isspace()
s.removeprefix('Hello ')
s.removesuffix('World')
s.nope()
s.upper.x
s()
n()
s.__class__
s.__class__.x
d.__class__ is defined
range(4)|list
range(1, 4)|list
range(4, 0, -2)|list
range(0)|list
range(1, 2, 0)
range('a')
range()
range(1000000000)
range(5)|length
range(5)[2]
range(5)[-1]
range(5)[1:3]|list
3 in range(5)
range(3) == range(3)
dict(a=1, b=[2])
dict(d, a=5)
namespace(a=1).a
namespace(a=1).b
namespace(a=1)['a']
namespace(d)['b']
raise_exception('no: ' ~ n)
raise_exception()
strftime_now('%d %m %Y %b %B %A %a %H %M %S %y %j %I %p %-d %%')
strftime_now('%-m/%-d, %e')
loop
self_missing|default('d')|upper
s if s is defined else 'none'
{'a': {'b': {'c': 1}}}.a.b.c
[[1, 2], [3]][0][1]
l.0
u.0.n
(l|sort)[0]
l|sort[0]
s|upper()
1 if
(1
[1, 2
{'a' 1}
1 +
a b
{{ 1 }}
's
1 == 
not
foo(bar=1, 2)
1 and
s|
s.
s[
n is
'%s' is string
l == [3, 1, 2]
l == (3, 1, 2)
d == {'b': 1, 'a': 2, 'items': 'mine'}
{1: 2} == {1.0: 2.0}
nil == none
nil == false
zero == false
'' == false
()|length
(1, 2)[0]
(1 if yes else 2, 3)
[1, 2,]
{'a': 1,}
foo is not defined and true
not missing is defined
not 1 == 2
1 + 1 is even
-1|abs
-n ** 2
n.real is defined and false or 'r'
"a" in ["a"] and "b" not in ["a"]
s|length > 3 and s|length < 20
s[0]|lower ~ s[-1]|upper
(s ~ '!')[-1]
(l + [4])|length
not l
not []
yes|string|lower
{'x': true}|tojson|string
none
None
True
true and True
""
9223372036854775806 + 1
nil|selectattr('role', 'equalto', 'system')|list
nil|map('upper')|list
zero|select|list
n|select|list
missing|abs
n|indent
missing|indent
'a' is sameas 'a' or true
""" .strip("\n").split("\n")

STATEMENTS = [
    "{% for i in l %}{{ i }}{% endfor %}",
    "{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }};{% endfor %}",
    "{% for i in l %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }};{% endfor %}",
    "{% for i in l %}{{ loop.cycle('a', 'b') }}{{ loop.changed(i > 1) }}{{ loop.depth }}{% endfor %}",
    "{% for i in l %}{{ loop.nope }}{% endfor %}",
    "{% for i in l %}{{ loop }}{% endfor %}" if False else "{% for i in l %}{{ loop.previtem.x }}{% endfor %}",
    "{% for i in l if i > 1 %}{{ loop.index }}:{{ i }} {% else %}none{% endfor %}",
    "{% for i in l if i > 9 %}{{ i }}{% else %}none{% endfor %}",
    "{% for i in [] %}x{% else %}empty{% endfor %}",
    "{% for i in missing %}x{% else %}empty{% endfor %}",
    "{% for i in none %}x{% endfor %}",
    "{% for i in n %}x{% endfor %}",
    "{% for c in uni %}[{{ c }}]{% endfor %}",
    "{% for k in d %}{{ k }}{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }},{% endfor %}",
    "{% for k, v in d|items %}{{ loop.last }}{{ k }}={{ v }},{% endfor %}",
    "{% for k, v in d|dictsort %}{{ k }}={{ v }},{% endfor %}",
    "{% for a, b in [[1, 2], [3]] %}{{ a }}{% endfor %}",
    "{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}",
    "{% for (a, b), c in [[[1, 2], 3]] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for a, b in [1] %}{{ a }}{% endfor %}",
    "{% for i in 1, 2, 3 %}{{ i }}{% endfor %}",
    "{% for i in l %}{% for j in l %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% for i in l %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in l %}{% if i == 1 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% break %}", "{% if yes %}{% continue %}{% endif %}",
    "{% for i in l %}{% for j in l %}{% if j == 1 %}{% break %}{% endif %}{{ i }}{{ j }} {% endfor %}{% endfor %}",
    "{% set x = 1 %}{% for i in l %}{% set x = x + i %}{{ x }},{% endfor %}{{ x }}",
    "{% set ns = namespace(x=1) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b }}{{ ns.b is defined }}",
    "{% set d.x = 1 %}", "{% set missing.x = 1 %}", "{% set a.b.c = 1 %}", "{% set 1 = 2 %}", "{% set true = 2 %}",
    "{% set x = 1, 2 %}{{ x }}", "{% set a, b = 1, 2 %}{{ b }}{{ a }}", "{% set a, b = 1 %}", "{% set x %}",
    "{% set x = %}", "{% set (a, b) = [1, 2] %}{{ a }}",
    "{% if no %}{% set x = 1 %}{% endif %}{{ x is defined }}",
    "{% if yes %}{% set x = 1 %}{% endif %}{{ x }}",
    "{% for i in l %}{% set q = i %}{% endfor %}{{ q is defined }}",
    "{% set x %}a {{ n }} b{% endset %}[{{ x }}]", "{% set x | upper | trim %} a {{ n }} b {% endset %}[{{ x }}]",
    "{% set x %}{% set y = 1 %}{{ y }}{% endset %}{{ x }}{{ y is defined }}",
    "{% if no %}a{% elif yes %}b{% else %}c{% endif %}", "{% if no %}a{% elif no %}b{% else %}c{% endif %}",
    "{% if missing %}a{% endif %}b", "{% if missing.x %}a{% endif %}b", "{% if l, %}t{% endif %}",
    "{% macro m(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(b=5, a=4) }} {{ m() }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=2) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}", "{% macro m(a=1, b) %}{% endmacro %}",
    "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(3) }}",
    "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, k=3) }}",
    "{% macro m() %}{{ n }}{{ x }}{% endmacro %}{% set x = 5 %}{{ m() }}",
    "{% macro m() %}{% set n = 1 %}{{ n }}{% endmacro %}{{ m() }}{{ n }}",
    "{% macro f(k) %}{% if k > 0 %}{{ k }}{{ f(k - 1) }}{% endif %}{% endmacro %}{{ f(5) }}",
    "{% macro m() %} x {% endmacro %}{{ m()|trim|upper }}{{ m() == ' x ' }}{{ m.name }}",
    "{% macro m(x) %}<{{ caller(x) }}>{% endmacro %}{% call(y) m(3) %}{{ y * 2 }}{% endcall %}",
    "{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}", "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}",
    "{% call 5 %}{% endcall %}", "{% filter upper %}a{{ s }}{% endfilter %}",
    "{% filter replace('a', 'b') | upper %}banana{% endfilter %}", "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}",
    "{% generation %}{{ s }}{% set g = 1 %}{% endgeneration %}{{ g is defined }}",
    "{% for i in l %}{% generation %}{{ i }}{{ loop.index }}{% endgeneration %}{% endfor %}",
    "{% print 1, 2 %}", "{% print n %}", "{{ 1, 2 }}", "{{ }}", "{% %}", "{% unknown %}", "{% endif %}", "{% if %}{% endif %}",
    "{% for %}{% endfor %}", "{% for x l %}{% endfor %}", "{% if yes %}", "{% for i in l %}", "{% if yes %}{% endfor %}",
    "{% else %}", "{% macro %}{% endmacro %}", "{% set %}", "{{ n", "{% if", "{# open", "{% raw %} {{ x }}", "{{ n }",
    "{{ (n }}", "{{ n) }}", "{{ [n) }}", "{{ ! }}", "{{ $ }}", "{{ a ? b }}", "{{ 'abc }}", "{{ n;  }}", "%}", "}}", "#}", "{ {", "{",
    "{% raw %}{{ x }}{% if %}{% endraw %}", "a{% raw -%}  \n x  {%- endraw %}  b", "  {% raw %} x {% endraw %}\n y",
    "{#- c -#} x {#- d -#}", "a\n  {# c #}\nb", "a {# c #} b", "a\n{# c #}  \nb",
    "  {% if yes %}  \n  x\n  {% endif %}  \n  y", "a  {%- if yes %} b {% endif -%}  c", "a {%+ if yes %} b {%+ endif %}",
    "\n  {%+ if yes %}x{% endif %}", "{% if yes +%}\nx{% endif %}", "{% if yes %}\n\nx\n{% endif %}\n\n", "a\n\n", "a\n", "\n", "",
    "a\r\nb\rc\n", "{{- n -}}  x", "x  {{- n }}  y", "x {{ n -}} \n y", "x {{+ n }} y", "x\n  {{ n }}\n", "{{-1}}", "{{ -1 -}} x",
    "{%-if yes-%} a {%-endif-%} b", "  \t{% if yes %}a{% endif %}", "x \t{% if yes %}a{% endif %}", "\u3000{%- if yes %}a{% endif %}",
    "{{ {'a': {'b': 1}}['a']['b'] }}", "{{ {'a': {}} }}", "{{{'a':1}}}", "{{ '}}' }}", "{% set x = '%}' %}{{ x }}", "{{ '{{' }}{{ \"{%\" }}",
    "{{ \"\\\"\" }}{{ '\\'' }}{{ '\\\\' }}", "{{ 'a\nb' }}", "{{ n }}{# {{ n }} #}{{ n }}", "{{ n -}}{%- if yes %}1{% endif %}",
    "{% set messages = messages[1:] %}", "{% set l = l[1:] %}{{ l }}", "{% set n = n + 1 %}{{ n }}", "{% for n in l %}{{ n }}{% endfor %}{{ n }}",
    "{% for i in range(3) %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}", "{% set x = l|select('odd') %}{{ x|list }}{{ x|list }}",
    "{% set x = l|map('string') %}{{ x|first }}{{ x|join }}", "{% for i in l|select('>', 1) %}{{ loop.index }}/{{ loop.length }}{% endfor %}",
    "{% set a = namespace(l=[]) %}{% for i in l %}{% set a.l = a.l + [i * 2] %}{% endfor %}{{ a.l }}",
    "{% for m in u -%} {{ m.n }} {%- if not loop.last %}, {% endif %}{%- endfor %}", "{{ u[0].t.q }}{{ u[1].t is defined }}{{ u[1].t.q }}",
    "{% if 'v' in u[0] and u[0].v is not none %}{{ u[0]['v'] }}{% endif %}", "{% for x in u %}{{ x.v or '-' }}{% endfor %}",
    "{%- for x in u recursive2 %}{% endfor %}", "{% if n is not none and n != 7 %}a{% else %}b{% endif %}", "{{ s|length }}{{ s | upper | lower }}",
    "{% set x = {'a': 1} %}{{ x.a }}{{ x.b }}{{ x['a'] }}", "{{ caller }}{{ kwargs }}{{ varargs }}", "{% set loop = 5 %}{{ loop }}",
    "{% for loop in l %}{% endfor %}", "{% if n == 7: %}x{% endif: %}", "{% for i in l: %}{{ i }}{% endfor %}", "{% if yes: %}x{% endif %}",
]

SNIPPETS = ["{{ " + text + " }}" for text in EXPRESSIONS] + STATEMENTS

# Snippets the reference renders and we refuse, with our error.
REFUSED = {
    # No table of character names.
    r'{{ "\N{DIGIT ONE}" }}': "unsupported",
    # Filters are applied at once, not when their result is read, and an unknown one has one kind of error.
    "{{ words|map('nonsense')|list }}": "unknownName",
    "{{ u|map }}": "type",
    # Identity of strings is an accident of the implementation.
    "{{ 'a' is sameas 'a' or true }}": "unsupported",
}
