"""Conversations: lists of (role, text). Every answer is true, or says that the model does not know."""

import stories
from words import (
    ANIMALS,
    BABY_OF,
    BOYS,
    COLOUR_OF,
    DAYS,
    FACTS,
    FOOD_OF,
    GIRLS,
    GOODBYES,
    GREETINGS,
    HOME_OF,
    KIND_OF,
    LEGS_OF,
    MONTHS,
    OBJECTS,
    OPPOSITES,
    SEASONS,
    SELF,
    SIZE_ORDER,
    SOUND_OF,
    THANKS,
    USE_OF,
)

LIMIT = 20
UNKNOWN = "I do not know that."


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


def sum_turn(c):
    a, b = c.between(0, LIMIT), c.between(0, LIMIT)
    if c.chance(55):
        word, sign, result = "plus", "+", a + b
    else:
        if not c.chance(12):
            a, b = max(a, b), min(a, b)
        word, sign, result = "minus", "-", a - b
    form = c.below(10)
    if form < 4:
        question = f"What is {a} {word} {b}?"
    elif form < 6:
        question = f"{a} {sign} {b}" + c.pick(["", " =", " = ?"])
    elif form < 8:
        question = f"What is {a} {sign} {b}?"
    elif form == 8:
        question = f"How much is {a} {word} {b}?"
    else:
        thing = c.pick(["apples", "pears", "nuts", "coins", "balls", "books", "eggs"])
        name = c.pick(GIRLS + BOYS)
        if result < 0:
            a, b, result = b, a, -result
        verb = "gets" if word == "plus" else "gives away"
        more = " more" if word == "plus" else ""
        return (
            f"{name} has {a} {thing} and {verb} {b}{more}. How many {thing} does {name} have?",
            f"{a} {sign} {b} = {result}. {name} has {result} {thing}.",
        )
    return question, f"{a} {sign} {b} = {result}."


def large_sum_turn(c):
    sign = c.pick(["+", "-", "plus", "minus", "times", "*", "divided by", "x", "/"])
    plain = sign in ("+", "-", "plus", "minus")
    a, b = c.between(LIMIT + 1, c.pick([99, 999, 9999])), c.between(2, c.pick([20, 99, 9999]))
    if not plain and c.chance(60):
        a, b = c.between(0, LIMIT), c.between(0, LIMIT)
    if c.chance(50):
        a, b = b, a
    return f"What is {a} {sign} {b}?", "I can only add and take away numbers up to 20."


def compare_turn(c):
    a, b = c.sample(range(LIMIT + 1), 2)
    high = c.chance(50)
    word = c.pick(["bigger", "greater", "more", "larger"] if high else ["smaller", "less"])
    answer = max(a, b) if high else min(a, b)
    form = c.below(3)
    if form == 0:
        truth = (a > b) == high
        word = "bigger" if high else "smaller"
        other = "smaller" if high else "bigger"
        return f"Is {a} {word} than {b}?", f"Yes, {a} is {word} than {b}." if truth else f"No, {a} is {other} than {b}."
    return f"Which is {word}, {a} or {b}?", f"{answer} is {word} than {a + b - answer}."


def size_turn(c):
    i, j = c.sample(range(len(SIZE_ORDER)), 2)
    a, b = stories.article(SIZE_ORDER[i]), stories.article(SIZE_ORDER[j])
    if c.chance(50):
        return f"Which is bigger, {a} or {b}?", capital(f"{a if i > j else b} is bigger than {b if i > j else a}.")
    return f"Is {a} bigger than {b}?", f"Yes, {a} is bigger than {b}." if i > j else f"No, {a} is smaller than {b}."


def counting_turn(c):
    form = c.below(6)
    n = c.between(1, LIMIT)
    if form == 0:
        return f"What comes after {n}?", f"After {n} comes {n + 1}."
    if form == 1:
        return f"What comes before {n}?", f"Before {n} comes {n - 1}."
    if form == 2:
        return f"Count to {n}.", ", ".join(str(k) for k in range(1, n + 1)) + "."
    if form == 3:
        low = c.between(0, 15)
        high = min(LIMIT, low + c.between(2, 8))
        return f"Count from {low} to {high}.", ", ".join(str(k) for k in range(low, high + 1)) + "."
    if form == 4:
        return f"Count down from {n}.", ", ".join(str(k) for k in range(n, -1, -1)) + "."
    return f"Is {n} even or odd?", f"{n} is {'odd' if n % 2 else 'even'}."


def colour_turn(c):
    thing = c.pick(list(COLOUR_OF))
    colour, verb = COLOUR_OF[thing], "is"
    form = c.below(4)
    if form < 3:
        question = c.pick(
            [
                f"What colour {verb} {thing}?",
                f"What colour {verb} {thing}?",
                f"Which colour does {thing} have?",
                f"what color is {thing}",
                f"What color is {thing}?",
                f"Tell me the colour of {thing}.",
            ]
        )
        return question, capital(f"{thing} is {colour}.")
    other = c.pick(["red", "blue", "green", "yellow", "white", "black"])
    right = other == colour or c.chance(50)
    asked = colour if right else other
    return f"Is {thing} {asked}?", (f"Yes, {thing} is {colour}." if right else f"No, {thing} is {colour}.")


def plural(noun: str) -> str:
    return {"mouse": "mice", "sheep": "sheep", "fish": "fish", "wolf": "wolves", "fox": "foxes", "goose": "geese"}.get(
        noun, noun + "s"
    )


def definition_turn(c):
    if c.chance(50):
        noun, kind = c.pick(ANIMALS[: ANIMALS.index("dragon")]), "animal"
        kind = next((k for k in ("bird", "insect") if noun in KIND_OF[k].split()), kind)
        kind = "bird" if noun in ("goose", "hen") else kind
    else:
        kind = c.pick([k for k in KIND_OF if k != "colour"])
        noun = c.pick(KIND_OF[kind].split())
        if noun in ("orange", "rose", "violet"):
            noun, kind = "tulip", "flower"
        kind = next((k for k in ("bird", "insect") if noun in KIND_OF[k].split()), kind)
    noun, kind = stories.article(noun), stories.article(kind)
    return f"What is {noun}?", capital(f"{noun} is {kind}.")


def many_turn(c):
    """About all animals of a kind."""
    form = c.below(4)
    if form == 0:
        animal = c.pick(list(FOOD_OF))
        return f"What do {plural(animal)} eat?", capital(f"{plural(animal)} eat {FOOD_OF[animal]}.")
    if form == 1:
        animal = c.pick([a for a in HOME_OF if a != "dog"])
        return f"Where do {plural(animal)} live?", capital(f"{stories.article(animal)} lives in {HOME_OF[animal]}.")
    animal = c.pick(list(SOUND_OF))
    if form == 2:
        return f"Which animal says {SOUND_OF[animal]}?", capital(f"{stories.article(animal)} says {SOUND_OF[animal]}.")
    count = c.pick(list(LEGS_OF))
    legs = f"has {LEGS_OF[count]} legs" if LEGS_OF[count] else "has no legs"
    return f"How many legs do {'children' if count == 'child' else plural(count)} have?", capital(
        f"{stories.article(count)} {legs}."
    )


def animal_turn(c):
    if c.chance(30):
        return c.pick((definition_turn, many_turn))(c)
    form = c.below(6)
    if form == 0:
        animal = c.pick(list(SOUND_OF))
        return (
            c.pick([f"What does a {animal} say?", f"What sound does {stories.article(animal)} make?"]).replace(
                "a owl", "an owl"
            ),
            capital(f"{stories.article(animal)} says {SOUND_OF[animal]}."),
        )
    if form == 1:
        animal = c.pick(list(BABY_OF))
        return f"What is a baby {animal} called?", f"A baby {animal} is called a {BABY_OF[animal]}."
    if form == 2:
        animal = c.pick(list(LEGS_OF))
        count = LEGS_OF[animal]
        legs = f"has {count} legs" if count else "has no legs"
        return f"How many legs does {stories.article(animal)} have?", capital(f"{stories.article(animal)} {legs}.")
    if form == 3:
        animal = c.pick(list(HOME_OF))
        return f"Where does {stories.article(animal)} live?", capital(
            f"{stories.article(animal)} lives in {HOME_OF[animal]}."
        )
    if form == 4:
        animal = c.pick(list(FOOD_OF))
        return f"What does {stories.article(animal)} eat?", capital(
            f"{stories.article(animal)} eats {FOOD_OF[animal]}."
        )
    kind = c.pick(list(KIND_OF))
    member = c.pick(KIND_OF[kind].split())
    other = c.pick([k for k in KIND_OF if k != kind and not {k, kind} <= {"animal", "bird", "insect"} and k != "fruit"])
    mass = kind == "colour"
    a_member = member if mass else stories.article(member)
    if c.chance(50):
        return f"Is {a_member} {stories.article(kind)}?", f"Yes, {a_member} is {stories.article(kind)}."
    if "orange" == member or "rose" == member or "violet" == member:
        return f"Is {a_member} {stories.article(kind)}?", f"Yes, {a_member} is {stories.article(kind)}."
    return (
        f"Is {a_member} {stories.article(other)}?",
        f"No, {a_member} is not {stories.article(other)}. It is {stories.article(kind)}.",
    )


def word_turn(c):
    form = c.below(8)
    if form < 3:
        a, b = c.pick(OPPOSITES.split("|")).split(" ")
        if c.chance(40):
            a, b = b, a
        return (
            c.pick([f"What is the opposite of {a}?", f"What is the opposite of {a}?", f"Opposite of {a}?"]),
            f"The opposite of {a} is {b}.",
        )
    if form == 3:
        i, after = c.below(7), c.chance(50)
        return (
            f"Which day comes {'after' if after else 'before'} {DAYS[i]}?",
            f"{'After' if after else 'Before'} {DAYS[i]} comes {DAYS[(i + (1 if after else -1)) % 7]}.",
        )
    if form == 4:
        i, after = c.below(12), c.chance(50)
        return (
            f"Which month comes {'after' if after else 'before'} {MONTHS[i]}?",
            f"{'After' if after else 'Before'} {MONTHS[i]} comes {MONTHS[(i + (1 if after else -1)) % 12]}.",
        )
    if form == 5:
        i = c.below(4)
        return f"Which season comes after {SEASONS[i]}?", f"After {SEASONS[i]} comes {SEASONS[(i + 1) % 4]}."
    if form == 6:
        return c.pick(
            [
                ("What are the days of the week?", "The days of the week are " + ", ".join(DAYS[:6]) + " and Sunday."),
                ("Name the months.", "The months are " + ", ".join(MONTHS[:11]) + " and December."),
                ("What are the seasons?", "The seasons are spring, summer, autumn and winter."),
            ]
        )
    thing = c.pick(list(USE_OF))
    return c.pick([f"What is {thing} for?", f"What do we use {thing} for?"]), capital(
        f"{thing} is for {USE_OF[thing]}."
    )


def name_one_turn(c):
    kind = c.pick(list(KIND_OF))
    names = KIND_OF[kind].split()
    form = c.below(3)
    if form == 0:
        return f"Name {stories.article(kind)}.", (
            capital(stories.article(c.pick(names)) + f" is {stories.article(kind)}.")
            if kind != "colour"
            else capital(c.pick(names)) + " is a colour."
        )
    three = c.sample(names, 3)
    if form == 1:
        return f"Name three {kind}s.", capital(f"{three[0]}, {three[1]} and {three[2]}.")
    if kind == "colour":
        colour = c.pick(names)
        return "What is your favourite colour?", f"I like {colour}."
    return (
        f"Do you like {three[0]}s?".replace("berrys", "berries").replace("ys?", "ies?"),
        "I am a program, so I cannot say. But many people do.",
    )


def fact_turn(c):
    question, answer = c.pick(FACTS)
    if c.chance(8):
        question = question.lower().rstrip("?")
    return question, answer


def self_turn(c):
    questions, answers = c.pick(SELF) if c.chance(70) else SELF[c.below(3)]
    return c.pick(questions), c.pick(answers)


PLACES_FAR = (
    "France Japan Brazil Egypt Canada India China Spain Peru Kenya Norway Italy London Paris Rome Berlin Lisbon".split()
)
SUBJECTS = (
    "physics history music law medicine chemistry money politics football tennis computers films poetry space "
    "banks cars engines atoms electricity philosophy bitcoin gravity"
).split()


def unknown_turn(c):
    name, land, subject = c.pick(GIRLS + BOYS), c.pick(PLACES_FAR), c.pick(SUBJECTS)
    odd = stories.invented(c)
    return (
        c.pick(
            [
                f"What is the capital of {land}?",
                f"How many people live in {land}?",
                f"Where is {land}?",
                f"How far is {land}?",
                f"Who is the president of {land}?",
                f"What language do they speak in {land}?",
                f"How tall is {name}?",
                f"Where does {name} live?",
                f"Who is {name}?",
                f"What does {name} like?",
                f"How old is {name}?",
                f"What is a {odd}?",
                f"Where can I find a {odd}?",
                f"What does a {odd} eat?",
                f"Who is {odd.capitalize()}?",
                f"What colour is a {odd}?",
                "What is the weather like today?",
                "Who won the game yesterday?",
                "What time is it?",
                "What day is it today?",
                "What will happen tomorrow?",
                "What is in my pocket?",
                "How much does a house cost?",
                f"How much does {stories.article(c.pick(OBJECTS))} cost?",
                "What am I thinking?",
                "What is the meaning of life?",
                "What is the news today?",
                f"Explain {subject}.",
                f"Tell me about {subject}.",
                f"What is {subject}?",
                f"How does {subject} work?",
                f"Who invented {subject}?",
                f"Teach me {subject}.",
                "How high is the highest mountain?",
                "Who was the first king?",
                "When did the war end?",
                f"What happened in {c.between(1000, 2030)}?",
                f"Who wrote the book about {subject}?",
                "Where are my keys?",
                "How do I get rich?",
                "What is the best phone?",
                "Is there life on Mars?",
                "How far is the moon?",
            ]
        ),
        UNKNOWN,
    )


def cannot_turn(c):
    return (
        c.pick(
            (
                "Write a poem.",
                "Write code for me.",
                "Write a program.",
                "Sing a song.",
                "Draw a picture.",
                "Play music.",
                "Translate this.",
                "Speak French.",
                "Book a flight.",
                "Buy me a car.",
                "Send a letter.",
                "Call my mother.",
                "Do my homework.",
                "Write an essay.",
                "Solve this equation.",
                "Open the door.",
                "Cook dinner for me.",
            )
        ),
        "I cannot do that. I can tell short stories, answer simple questions and do small sums.",
    )


def chat_turn(c):
    return c.pick(
        [
            ("I am sad.", "I am sorry that you are sad. A story may help."),
            ("I feel sad today.", "I am sorry to hear that. A story may help."),
            ("I am happy.", "That is lovely! I am glad that you are happy."),
            ("I am happy today!", "That is lovely! I am glad that you are happy."),
            ("I am tired.", "Then have a good rest. Sleep well!"),
            ("I am bored.", "Ask me for a story, or for a small sum."),
            ("I am hungry.", "Then it is time to eat something good."),
            ("I am afraid.", "That is all right. Everyone is afraid sometimes."),
            ("I am lonely.", "I am here to talk with you. Would you like a story?"),
            ("I am well.", "I am glad to hear that."),
            ("I am fine, thank you.", "I am glad to hear that."),
            ("I am ill.", "I am sorry. I hope that you get well soon."),
            ("I am angry.", "Take a slow breath and count to ten."),
            ("I had a bad day.", "I am sorry to hear that. Tomorrow is a new day."),
            ("I had a good day.", "That is lovely! I am glad to hear that."),
            ("It is my birthday.", "Happy birthday! I wish you a wonderful day."),
            ("I love you.", "Thank you. That is very kind."),
            ("You are wrong.", "I am sorry. I am small and I make mistakes."),
            ("That is wrong.", "I am sorry. I am small and I make mistakes."),
            ("You are funny.", "Thank you! I am glad that you smile."),
            ("I do not understand.", "I am sorry. Please ask me in another way."),
            ("What?", "I am sorry. Please ask me in another way."),
            ("Yes", "Good! What would you like?"),
            ("No", "All right. What would you like?"),
            ("ok", "Good! What would you like?"),
            ("Why?", "I do not know why."),
            ("Tell me a joke.", "Why did the clock go to school? Because it wanted to learn the time."),
            ("Tell me something.", "Bees make honey, and the moon goes around the Earth."),
        ]
    )


def greeting_turn(c):
    return c.pick(GREETINGS), c.pick(
        ["Hello! How can I help you?", "Hello! Would you like a story?", "Hello! Nice to meet you."]
    )


QUESTION_TURNS = (
    (24, sum_turn),
    (3, large_sum_turn),
    (5, compare_turn),
    (3, size_turn),
    (6, counting_turn),
    (9, colour_turn),
    (13, animal_turn),
    (12, word_turn),
    (4, name_one_turn),
    (11, fact_turn),
    (9, self_turn),
    (12, unknown_turn),
    (3, cannot_turn),
    (7, chat_turn),
)


def turns(*pairs):
    return [message for question, answer in pairs for message in (("user", question), ("assistant", answer))]


def story_conversation(c):
    cast = stories.Cast(c)
    story, _ = stories.tell(c, cast)
    talk = turns((stories.prompt(c, cast), story))
    if c.chance(6):
        talk = turns(greeting_turn(c)) + talk
    elif c.chance(8):
        offer = c.pick(
            [
                (c.pick(GREETINGS), "Hello! Would you like a story?"),
                ("I am lonely.", "I am here to talk with you. Would you like a story?"),
            ]
        )
        talk = turns(
            offer, (c.pick(["Yes", "Yes, please.", "Yes please", "yes", "ok", "Yes!", "I would like that."]), story)
        )
    if c.chance(30):
        talk += turns(
            c.pick(
                [
                    (
                        "Who was the story about?",
                        f"The story was about {stories.article(cast.kind)} named {cast.name}.",
                    ),
                    (f"What was the name of the {cast.kind}?", f"The {cast.kind} was called {cast.name}."),
                    (f"Where did {cast.name} live?", f"{cast.name} lived {cast.at}."),
                    ("Who was the friend?", f"The friend was {cast.friend_name} the {cast.friend}."),
                    (f"Who is {cast.friend_name}?", f"{cast.friend_name} is the {cast.friend} in the story."),
                    (f"Who is {cast.name}?", f"{cast.name} is the {cast.kind} in the story."),
                ]
            )
        )
    if c.chance(20):
        talk += turns((c.pick(THANKS), c.pick(["You are welcome!", "I am glad that you liked it!"])))
    return talk


def careless(c, question: str) -> str:
    """As people type: sometimes in lower case, sometimes without the last mark."""
    if c.chance(8):
        question = question.lower()
    if c.chance(12) and len(question) > 8:
        question = question.rstrip("?.!")
    if c.chance(10):
        question = question.replace(" + ", "+").replace(" - ", "-")
    return question


def question_conversation(c):
    pairs = [
        (careless(c, question), answer)
        for question, answer in (c.weighted(QUESTION_TURNS)(c) for _ in range(c.between(1, 6)))
    ]
    if c.chance(15):
        pairs.insert(0, greeting_turn(c))
    if c.chance(10):
        pairs.append((c.pick(THANKS), "You are welcome!"))
    if c.chance(8):
        pairs.append((c.pick(GOODBYES), c.pick(["Goodbye! Have a nice day.", "Goodbye! Come back soon."])))
    return turns(*pairs)


def name_conversation(c):
    name = c.pick(GIRLS + BOYS) if c.chance(80) else stories.invented(c).capitalize()
    told = c.pick(
        [
            f"My name is {name}.",
            f"I am {name}.",
            f"Hello, I am {name}.",
            f"Hi, my name is {name}.",
            f"I am called {name}.",
        ]
    )
    pairs = [(told, f"Hello, {name}! " + c.pick(["Nice to meet you.", "How can I help you?"]))]
    pairs += [c.weighted(QUESTION_TURNS)(c) for _ in range(c.below(3))]
    pairs.append((c.pick(["What is my name?", "Who am I?", "Do you remember my name?"]), f"Your name is {name}."))
    return turns(*pairs)


def forgotten_name(c):
    return turns(
        (c.pick(["What is my name?", "Who am I?", "Do you know my name?"]), "I do not know. You have not told me.")
    )


def mixed_conversation(c):
    first, second = question_conversation(c)[:4], story_conversation(c)
    return first + second if c.chance(50) else second + first


SYSTEM = (
    "You are a helpful assistant.",
    "You are a kind helper.",
    "Answer briefly.",
    "You tell stories and answer questions.",
    "You are a small model that comes with Razao.",
    "Be polite.",
)

CONVERSATIONS = (
    (48, story_conversation),
    (76, question_conversation),
    (5, name_conversation),
    (1, forgotten_name),
    (6, mixed_conversation),
)


def conversation(c):
    talk = c.weighted(CONVERSATIONS)(c)
    if c.chance(7):
        talk = [("system", c.pick(SYSTEM))] + talk
    return talk
