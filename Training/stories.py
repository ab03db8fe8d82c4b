"""Short stories with a hero, a thing, a place, a cause and an ending."""

import re

from words import ANIMALS, BOYS, COLOURS, FRIEND_ANIMALS, GIRLS, OBJECTS, PLACES, TRAITS

SYLLABLES = (
    "ba be bi bo bu da do du fa fe fi go ka ki ko la le li lo lu ma me mi mo mu na ne ni no pa pi po ra ri ro "
    "sa si so ta te ti to tu va vi za zi zo zu".split()
)


def article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def before_vowel(text: str) -> str:
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)


def invented(c) -> str:
    """A word that does not exist, so that copying from the prompt is learned and not only known words."""
    return "".join(c.pick(SYLLABLES) for _ in range(c.between(2, 3))) + c.pick(["", "", "n", "k", "m", "x", "p", "rt"])


class Cast:
    """Everything a plot refers to. `asked` says which parts the prompt names."""

    def __init__(self, c):
        self.c = c
        girl = c.chance(50)
        self.name = c.pick(GIRLS if girl else BOYS)
        if c.chance(6):
            self.name = invented(c).capitalize()
        self.is_child = c.chance(25)
        self.kind = ("girl" if girl else "boy") if self.is_child else c.pick(ANIMALS)
        if self.kind in ("king", "wizard", "giant", "pirate", "knight"):
            girl = False
        if self.kind in ("queen", "princess", "cow", "hen"):
            girl = True
        if self.name in GIRLS + BOYS and (self.name in GIRLS) != girl:
            self.name = c.pick(GIRLS if girl else BOYS)
        self.he, self.him, self.his = ("she", "her", "her") if girl else ("he", "him", "his")
        self.thing = invented(c) if c.chance(7) else c.pick(OBJECTS)
        self.colour = c.pick(COLOURS)
        self.trait = c.pick(TRAITS)
        self.place = c.pick(list(PLACES))
        self.at = PLACES[self.place] + " the " + self.place
        friend_girl = c.chance(50)
        self.friend = c.pick(FRIEND_ANIMALS)
        while self.friend == self.kind:
            self.friend = c.pick(FRIEND_ANIMALS)
        self.friend_name = c.pick(GIRLS if friend_girl else BOYS)
        while self.friend_name == self.name:
            self.friend_name = c.pick(GIRLS if friend_girl else BOYS)
        self.fhe, self.fhim = ("she", "her") if friend_girl else ("he", "him")
        self.a_thing = article(self.thing)

    def fill(self, text: str) -> str:
        """Replaces [field]; a capital first letter gives a capital sentence start."""
        out, rest = [], text
        while True:
            start = rest.find("[")
            if start < 0:
                return "".join(out) + rest
            end = rest.index("]", start)
            field = rest[start + 1 : end]
            value = getattr(self, field[0].lower() + field[1:])
            out += [rest[:start], value[0].upper() + value[1:] if field[0].isupper() else value]
            rest = rest[end + 1 :]


OPENINGS = (
    "Once upon a time there was a [trait] [kind] named [name], who lived [at].",
    "Once upon a time, a [trait] [kind] named [name] lived [at].",
    "There once was a [trait] [kind] called [name]. [He] lived [at].",
    "[At_start] lived a [trait] [kind] named [name].",
    "Long ago, a [trait] [kind] named [name] lived [at].",
)

TRAIT_ENDINGS = {
    "small": "[Name] was small, but that day [he] felt very big.",
    "brave": "Everyone said that [name] was the bravest [kind] they knew.",
    "kind": "[Name] went to sleep with a warm heart, for being kind had made [him] happy.",
    "shy": "After that day [name] was not so shy any more.",
    "clever": "Everyone said that it was a very clever idea.",
    "curious": "And [name] stayed curious for all [his] days.",
    "quiet": "[Name] was quiet, but [his] smile said everything.",
    "young": "[Name] was still young, but [he] had learned something.",
    "old": "[Name] was old, but [he] had learned something new.",
    "gentle": "Everyone loved [name], because [he] was so gentle.",
    "cheerful": "[Name] sang a cheerful song all the way home.",
    "careful": "From that day on, [name] was even more careful.",
    "lonely": "[Name] was not lonely any more.",
    "hungry": "Then they ate a big supper, and [name] was not hungry any more.",
    "proud": "[Name] was proud, and this time with good reason.",
    "sleepy": "That night [name] was very sleepy and slept until noon.",
}

ENDINGS = (
    "From that day on, [name] and [friend_name] were the best of friends.",
    "And they lived happily ever after.",
    "That night [name] fell asleep with a smile.",
    "And so the day ended well.",
    "They laughed, and they were friends for ever.",
)

MEETING = (
    "Then [he] met a [friend] named [friend_name].",
    "Just then a [friend] named [friend_name] came by.",
    "On the way [he] met [friend_name] the [friend].",
    "Soon [friend_name] the [friend] came along.",
)

# Every plot is a list of beats; every beat is one sentence group, chosen among equals.
PLOTS = {
    "lost": (
        (
            "[Name] had a [colour] [thing] and took it everywhere.",
            "[Name] loved [his] [colour] [thing] more than anything.",
        ),
        ("One day the [thing] was gone.", "One morning [he] could not find the [thing]."),
        (
            "[Name] was very sad and looked under every leaf and stone.",
            "[He] looked here and there, but found nothing, and began to cry.",
        ),
        MEETING,
        (
            '"Why are you sad?" asked [friend_name]. "I have lost my [thing]," said [name].',
            '"What is wrong?" asked [friend_name]. "My [thing] is gone," said [name].',
        ),
        (
            '"Let us look together," said [friend_name].',
            '"I will help you," said [friend_name]. "Four eyes see more than two."',
        ),
        (
            "They followed the tracks to an old tree, and there lay the [thing].",
            "At last [friend_name] saw something [colour] in the grass. It was the [thing]!",
            "They found the [thing] behind a big rock, where the wind had blown it.",
        ),
        ('"Thank you!" said [name]. "You are a true friend."', "[Name] was so happy that [he] hugged [friend_name]."),
    ),
    "found": (
        (
            "One day [name] found [a_thing] on the path.",
            "One morning [name] saw something shine in the grass. It was [a_thing].",
        ),
        ("It was [colour] and very beautiful.", "[He] had never seen such a fine [thing]."),
        (
            '"I want to keep it," thought [name]. "But someone must miss it."',
            '"Who has lost this [thing]?" [he] asked.',
        ),
        ("So [he] went from door to door.", "So [name] set out to find the owner."),
        MEETING,
        (
            '[Friend_name] looked very sad. "I have lost my [thing]," [fhe] said.',
            '"Have you seen my [thing]?" asked [friend_name]. "I miss it so much."',
        ),
        ('"Here it is!" said [name], and gave it back.', '[Name] held out the [thing]. "Is it this one?"'),
        (
            '[Friend_name] jumped for joy. "Thank you for being honest!"',
            '"Yes! Thank you!" said [friend_name]. "Come and eat cake with me."',
        ),
    ),
    "share": (
        MEETING[:2],
        ("Together they found [a_thing].", "They both saw [a_thing] under a tree."),
        (
            '"It is mine!" said [name]. "No, it is mine!" said [friend_name].',
            "Both of them wanted to have the [thing].",
        ),
        (
            "They pulled and pulled, and at last they both fell down in the mud.",
            "They were angry and did not speak for a whole hour.",
        ),
        (
            'Then [name] began to laugh. "We look so silly," [he] said.',
            'Then [name] said, "I am sorry. A friend is better than [a_thing]."',
        ),
        (
            '"Let us share it," said [friend_name].',
            '"You may have the [thing] today, and I will have it tomorrow," said [friend_name].',
        ),
        (
            "So they shared the [thing] and had twice the fun.",
            "After that they played with the [thing] together every day.",
        ),
    ),
    "dark": (
        (
            "One evening [name] walked home with [his] [thing].",
            "One evening [name] went out to show [his] [thing] to [his] grandmother.",
        ),
        ("Soon it was dark, and [he] could not see the way.", "Then a thick fog came, and the path was gone."),
        ("[He] was afraid. Something moved in the bushes!", "[He] heard a strange noise and began to shake."),
        (
            "But it was only [friend_name] the [friend], who was lost too.",
            'Out came [friend_name], a little [friend]. "I am lost," [fhe] said.',
        ),
        (
            '"Do not be afraid," said [name]. "We will find the way together."',
            '"Now we are two," said [name], "and two are braver than one."',
        ),
        (
            "[Name] held the [thing] up high, and it shone in the light of the moon.",
            "[Name] tapped on the [thing], and the sound came back from the houses.",
        ),
        (
            "So they knew where to go, and soon they were home.",
            "So they found the path, and soon they saw the lights of home.",
        ),
    ),
    "learn": (
        ("[Name] wanted to learn to [skill].", "More than anything, [name] wished to [skill]."),
        ("[He] tried and tried, but it did not work.", "The first day [he] tried, [he] fell on [his] nose."),
        (
            '"I will never learn it," said [name], and sat down on [his] [thing].',
            "[Name] was sad. [He] held [his] [thing] and wanted to give up.",
        ),
        MEETING,
        (
            '"I could not [skill] at first," said [friend_name]. "Try a little every day."',
            '"Do not give up," said [friend_name]. "I will show you how."',
        ),
        ("So [name] tried again, one day and the next.", "Every morning they practised together."),
        ("And one fine day [he] could [skill]!", "At last it worked, and [name] could [skill] better than anyone."),
        (
            "[Name] gave [friend_name] the [thing] to say thank you.",
            "To say thank you, [name] gave the [thing] to [friend_name].",
        ),
    ),
    "help": (
        ("One day [name] took [his] [thing] and went for a walk.", "One day [name] went out with [his] new [thing]."),
        ('Then [he] heard a cry. "Help! Help!"', "Suddenly someone called for help."),
        (
            "It was [friend_name] the [friend], who had fallen into a hole.",
            "A [friend] named [friend_name] was stuck in the mud.",
        ),
        ("[Name] was a little afraid, but [he] did not run away.", '"Wait, I am coming!" said [name].'),
        (
            '[He] held out the [thing]. "Hold on to this!" [he] said.',
            "[He] pushed the [thing] down to [friend_name], who held it tight.",
        ),
        (
            "[Name] pulled with all [his] might, and [friend_name] was free.",
            "One, two, three, and out came [friend_name]!",
        ),
        (
            '"You saved me," said [friend_name]. "How can I thank you?"',
            '"Thank you!" said [friend_name]. "Without you I would still be there."',
        ),
        ('"Just be my friend," said [name].', '"It was nothing," said [name], but [he] was very glad.'),
    ),
    "gift": (
        (
            "It was the birthday of [friend_name] the [friend].",
            "[Name] had a good friend, a [friend] named [friend_name], and it was [friend_name]'s birthday.",
        ),
        ("[Name] had no money to buy a present.", "[Name] did not know what to give."),
        ("So [he] worked all day to make [a_thing].", '"I will make [a_thing]," [he] said, and began to work.'),
        (
            "[He] painted it [colour] and put a ribbon on it.",
            "It was [colour], and not quite straight, but it was made with love.",
        ),
        ("The others brought big presents, and [name] felt shy.", "On the way it rained, and the paper got wet."),
        (
            "But when [friend_name] saw the [thing], [fhe] laughed with joy.",
            '[Friend_name] opened it and saw the [thing]. "Did you make this for me?" [fhe] asked.',
        ),
        ('"This is the best present of all," said [friend_name].', '"I will keep it for ever," said [friend_name].'),
    ),
    "noise": (
        (
            "One night there was a strange noise: tap, tap, tap.",
            "One night [name] heard a noise outside: bump, bump, bump.",
        ),
        (
            '"Is it a monster?" thought [name], and hid under the blanket.',
            "[Name] was so afraid that [he] could not sleep.",
        ),
        (
            "Then [he] took [his] [thing] and went to look.",
            "At last [he] took the [colour] [thing] and opened the door.",
        ),
        (
            "There was no monster. It was [friend_name], a wet little [friend].",
            "Outside stood a [friend] named [friend_name], cold and wet.",
        ),
        (
            '"I only wanted to come in," said [friend_name]. "It is raining so hard."',
            '"I saw your [thing] and hoped that you were kind," said [friend_name].',
        ),
        ('"Come in," said [name], and made some hot tea.', '[Name] laughed. "Come in and get warm," [he] said.'),
        (
            "They sat by the fire and told stories until the rain stopped.",
            "They talked all night, and the rain did not matter any more.",
        ),
    ),
    "broken": (
        (
            "[Friend_name] the [friend] had a beautiful [thing].",
            "A [friend] named [friend_name] gave [name] a [colour] [thing] to look after.",
        ),
        (
            "While [name] played with it, it fell and broke.",
            "But [name] ran too fast, fell down, and the [thing] broke.",
        ),
        ('"Oh no!" said [name]. "What shall I do?"', "[Name] wanted to hide it and say nothing."),
        ("But [he] knew that a lie would only make things worse.", "But the secret felt as heavy as a stone."),
        (
            "So [he] went to [friend_name] and told the truth.",
            '"I broke your [thing]," [he] said at last. "I am sorry."',
        ),
        (
            '[Friend_name] was sad, but not angry. "Thank you for telling me," [fhe] said.',
            '"It takes courage to tell the truth," said [friend_name].',
        ),
        (
            "Together they mended the [thing], and it was almost as good as new.",
            "They took some glue and mended the [thing] together.",
        ),
    ),
    "journey": (
        ("One day [name] wanted to see what was behind the hills.", "[Name] had always wanted to see the world."),
        (
            "[He] packed some bread and [his] [thing] and set out.",
            "So [he] took [his] [colour] [thing] and went on a long journey.",
        ),
        ("[He] crossed a river and climbed a hill.", "[He] walked for three days and three nights."),
        MEETING,
        (
            '"May I come with you?" asked [friend_name]. "Of course," said [name].',
            '"Where are you going?" asked [friend_name]. "Come with me and see," said [name].',
        ),
        (
            "When a river stopped them, the [thing] helped them across.",
            "When it was cold, they told stories and looked at the [thing].",
        ),
        (
            "At last they stood on top of the world and saw the sea.",
            "At last they came to a green land full of flowers.",
        ),
        (
            '"It is beautiful," said [name], "but home is beautiful too." So they went back.',
            "They stayed for a while, and then they went home and told everyone about it.",
        ),
    ),
    "race": (
        (
            "One day there was a race, and the prize was [a_thing].",
            "Every year there was a race. The winner got a [colour] [thing].",
        ),
        (
            "[Name] wanted to win and ran as fast as [he] could.",
            '"I will win the [thing]," said [name], and off [he] went.',
        ),
        ("Near the end [he] was first.", "Soon only [friend_name] the [friend] was in front."),
        (
            "But then [friend_name] the [friend] fell and hurt [his_friend] leg.",
            "Then [friend_name] fell and could not get up.",
        ),
        ("[Name] stopped. The [thing] was so near!", "[Name] thought of the [thing], and then of [friend_name]."),
        (
            "[He] turned back and helped [friend_name] up.",
            '"A friend is more important," [he] said, and went back to help.',
        ),
        (
            "They came in last, arm in arm, and everyone cheered.",
            "They crossed the line together, the last of all, and everyone clapped.",
        ),
        (
            "And the [thing]? The winner gave it to them both.",
            "The judge gave them the [thing], because they had been kind.",
        ),
    ),
    "grow": (
        (
            "In spring [name] planted a seed and put [his] [thing] beside it.",
            "[Name] had a [colour] [thing] and a tiny seed.",
        ),
        (
            "Every day [he] gave it water, but nothing happened.",
            "[He] put the seed into the earth and waited and waited.",
        ),
        (
            '"It is no good," said [friend_name] the [friend]. "Give up."',
            '[Friend_name] the [friend] laughed. "Nothing will grow there," [fhe] said.',
        ),
        ("But [name] did not give up.", '"Good things take time," said [name].'),
        (
            "One morning a green leaf came out of the ground.",
            "Then the rain came, and the sun, and one day there was a green leaf.",
        ),
        ("By summer it was a tall tree, full of sweet apples.", "It grew and grew until it was higher than the roof."),
        (
            "[Name] put the apples into the [thing] and gave some to everyone.",
            "[Name] hung the [thing] on a branch, and everyone came to see it.",
        ),
        ('[Friend_name] took a bite. "I was wrong," [fhe] said. "It was good to wait."',),
    ),
    "wish": (
        (
            "One night [name] saw a falling star and made a wish.",
            "[Name] looked up at the stars every night and made the same wish.",
        ),
        ('"I wish for [a_thing]," [he] said.', '"I would like to have [a_thing]," [he] said softly.'),
        (
            "The next day [he] looked everywhere, but there was no [thing].",
            "But in the morning there was no [thing], and [he] was sad.",
        ),
        MEETING,
        (
            "[Friend_name] was hungry, so [name] gave [fhim] some bread.",
            "[Friend_name] was cold, so [name] gave [fhim] a coat.",
        ),
        (
            '"You are kind," said [friend_name]. "I have something for you."',
            '"Take this," said [friend_name]. "I do not need it any more."',
        ),
        ("It was a [colour] [thing]!", "And what was it? A [colour] [thing], just as [he] had wished."),
        (
            '"Wishes come true when you share," thought [name].',
            '"Stars are slow," laughed [name], "but they do listen."',
        ),
    ),
}

SKILLS = (
    "swim",
    "sing",
    "dance",
    "read",
    "climb trees",
    "ride",
    "whistle",
    "draw",
    "skate",
    "cook",
    "jump high",
    "run fast",
)


def tell(c, cast: Cast) -> tuple[str, str]:
    """A story and the name of its plot."""
    cast.at_start = cast.at
    cast.skill = c.pick(SKILLS)
    cast.his_friend = "her" if cast.fhe == "she" else "his"
    plot = c.pick(list(PLOTS))
    beats = [c.pick(OPENINGS)] + [c.pick(beat) for beat in PLOTS[plot]]
    beats.append(TRAIT_ENDINGS[cast.trait] if c.chance(45) else c.pick(ENDINGS))
    text = " ".join(cast.fill(beat) for beat in beats)
    return before_vowel(text), plot


def prompt(c, cast: Cast) -> str:
    """A request naming some parts of the cast."""
    who = article(cast.kind) + (" named " + cast.name if c.chance(20) else "")
    what = cast.a_thing
    about = c.weighted(
        (
            (50, f"about {who} and {what}"),
            (14, f"about {who}"),
            (8, f"about {what}"),
            (8, f"about {who} {cast.at}"),
            (5, f"about a {cast.trait} {cast.kind}"),
            (4, f"about {cast.name}"),
            (6, f"about {who} and {article(cast.friend)}"),
            (4, f"about {who}, {article(cast.friend)} and {what}"),
            (3, f"about the {cast.place}"),
            (3, f"about {cast.name} and {what}"),
            (3, f"with {who} and {what}"),
            (8, ""),
        )
    )
    start = c.weighted(
        (
            (34, "Tell me a story"),
            (6, "Please tell me a story"),
            (6, "Can you tell me a story"),
            (5, "Write a story"),
            (4, "I want a story"),
            (4, "Tell a story"),
            (4, "Write a short story"),
            (5, "Tell me a short story"),
            (4, "A story"),
            (3, "I would like a story"),
            (2, "Please tell a story"),
            (2, "Tell me another story"),
            (2, "Make up a story"),
            (3, "Story"),
        )
    )
    text = f"{start} {about}".strip()
    text += "?" if start.startswith("Can") else c.pick([".", ".", ".", "", "!", ", please."])
    text = before_vowel(text)
    return text.lower() if c.chance(6) else text
