"""Word lists and small facts from which the generator builds its text."""

GIRLS = "Mia Anna Lily Rosa Ada Nora Ella Ruby Clara Iris Luna Maya Zoe Tara Olive Daisy Bella Lucy Sara Nina".split()
BOYS = "Tom Ben Leo Max Sam Finn Hugo Oscar Theo Milo Jack Otto Noah Eli Felix Paul Toby Ned Gus Omar".split()

ANIMALS = (
    "fox owl bear rabbit mouse cat dog hedgehog squirrel frog duck goose horse pony cow goat sheep lamb pig "
    "deer wolf badger beaver otter turtle snail bee ant butterfly crow robin sparrow penguin whale dolphin "
    "seal crab fish lion tiger elephant monkey giraffe zebra camel kitten puppy hen parrot bat lizard mole "
    "swan donkey panda koala kangaroo dragon robot giant wizard pirate sailor baker farmer king queen "
    "princess knight"
).split()
FRIEND_ANIMALS = (
    "fox owl bear rabbit mouse cat dog hedgehog squirrel frog duck goose goat turtle snail crow robin "
    "badger beaver otter deer mole lion tiger elephant monkey penguin dragon robot kitten puppy horse "
    "pig sheep panda parrot baker sailor knight giant"
).split()

# object -> (where it is kept or used for) kept simple: everything here can be carried, lost, found and given.
OBJECTS = (
    "lantern kite ball book drum hat scarf boat bell key map basket cup blanket flute spoon button coin "
    "feather shell stone ring umbrella coat boot bag box letter pencil brush candle clock mirror doll teddy "
    "whistle rope ladder wheel cart sled pot pan jar bottle cake pie apple pear cookie carrot flower rose "
    "leaf star crown necklace ribbon lamp chair balloon puzzle violin trumpet sword shield wand telescope "
    "compass camera bicycle train hammer shovel broom pillow sock glove mitten net bucket toy nut seed egg "
    "painting"
).split()

PLACES = {
    "forest": "in",
    "garden": "in",
    "village": "in",
    "meadow": "in",
    "valley": "in",
    "park": "in",
    "hill": "on",
    "beach": "on",
    "farm": "on",
    "island": "on",
    "mountain": "on",
    "river": "by",
    "lake": "by",
    "sea": "by",
    "pond": "by",
    "castle": "in",
    "town": "in",
    "cave": "in",
    "school": "at",
    "market": "at",
    "house": "in",
    "barn": "in",
    "bridge": "by",
    "desert": "in",
    "city": "in",
    "mill": "by",
    "library": "in",
}

COLOURS = "red blue green yellow white black brown orange purple pink grey golden silver".split()
TRAITS = (
    "small brave kind shy clever curious quiet young old gentle cheerful careful lonely hungry proud sleepy".split()
)

COLOUR_OF = {
    "the sky": "blue",
    "grass": "green",
    "snow": "white",
    "the sun": "yellow",
    "a banana": "yellow",
    "a lemon": "yellow",
    "milk": "white",
    "a tomato": "red",
    "blood": "red",
    "a strawberry": "red",
    "coal": "black",
    "a crow": "black",
    "the night": "black",
    "a carrot": "orange",
    "an orange": "orange",
    "a pumpkin": "orange",
    "a leaf": "green",
    "a frog": "green",
    "a cucumber": "green",
    "chocolate": "brown",
    "a bear": "brown",
    "wood": "brown",
    "the sea": "blue",
    "a swan": "white",
    "an elephant": "grey",
    "a mouse": "grey",
    "a flamingo": "pink",
    "a pig": "pink",
    "a plum": "purple",
    "salt": "white",
    "a cloud": "white",
    "a fire engine": "red",
    "a fox": "red",
    "a cherry": "red",
    "a pea": "green",
    "honey": "golden",
    "sand": "yellow",
    "a polar bear": "white",
    "a grape": "purple",
    "a stone": "grey",
}

SOUND_OF = {
    "dog": "woof",
    "cat": "meow",
    "cow": "moo",
    "duck": "quack",
    "sheep": "baa",
    "pig": "oink",
    "horse": "neigh",
    "lion": "roar",
    "bee": "buzz",
    "owl": "hoot",
    "frog": "croak",
    "mouse": "squeak",
    "crow": "caw",
    "hen": "cluck",
    "snake": "hiss",
    "wolf": "howl",
    "goose": "honk",
    "donkey": "hee-haw",
}

BABY_OF = {
    "dog": "puppy",
    "cat": "kitten",
    "cow": "calf",
    "sheep": "lamb",
    "horse": "foal",
    "duck": "duckling",
    "hen": "chick",
    "pig": "piglet",
    "goat": "kid",
    "bear": "cub",
    "lion": "cub",
    "frog": "tadpole",
    "deer": "fawn",
    "kangaroo": "joey",
    "swan": "cygnet",
    "goose": "gosling",
}

LEGS_OF = {
    "dog": 4,
    "cat": 4,
    "cow": 4,
    "horse": 4,
    "duck": 2,
    "hen": 2,
    "bird": 2,
    "spider": 8,
    "bee": 6,
    "ant": 6,
    "snake": 0,
    "fish": 0,
    "sheep": 4,
    "fox": 4,
    "beetle": 6,
    "owl": 2,
    "frog": 4,
    "elephant": 4,
    "lion": 4,
    "butterfly": 6,
    "child": 2,
    "worm": 0,
    "mouse": 4,
    "bear": 4,
}

HOME_OF = {
    "bird": "a nest",
    "bee": "a hive",
    "fish": "the water",
    "rabbit": "a burrow",
    "fox": "a den",
    "horse": "a stable",
    "cow": "a barn",
    "bear": "a cave",
    "spider": "a web",
    "dog": "a house with people",
    "whale": "the sea",
    "frog": "a pond",
    "camel": "the desert",
    "penguin": "the cold south",
    "monkey": "the trees",
    "squirrel": "a tree",
    "mole": "the ground",
    "crab": "the sea",
    "hen": "a coop",
    "pig": "a sty",
    "owl": "a tree",
    "ant": "an ant hill",
    "beaver": "a lodge by the river",
}

FOOD_OF = {
    "rabbit": "carrots and grass",
    "cow": "grass",
    "cat": "fish and mice",
    "dog": "meat and bones",
    "horse": "grass and hay",
    "squirrel": "nuts",
    "monkey": "fruit",
    "bear": "berries, fish and honey",
    "bird": "seeds and worms",
    "panda": "bamboo",
    "mouse": "seeds and cheese",
    "frog": "flies",
    "lion": "meat",
    "sheep": "grass",
    "owl": "mice",
    "bee": "nectar",
    "hen": "grain",
    "whale": "small fish",
    "goat": "leaves and grass",
    "koala": "leaves",
    "giraffe": "leaves from tall trees",
    "fox": "mice and berries",
}

OPPOSITES = (
    "hot cold|big small|tall short|fast slow|up down|day night|happy sad|light dark|wet dry|old new|"
    "open closed|full empty|hard soft|loud quiet|good bad|near far|early late|left right|in out|long short|"
    "clean dirty|high low|thick thin|strong weak|first last|black white|inside outside|rich poor|"
    "heavy light|begin end|always never|push pull|yes no|above below|summer winter|brave afraid|"
    "question answer|sweet sour|deep shallow|wide narrow|true false|give take|laugh cry|win lose|"
    "love hate|before after|more less|asleep awake|sun moon|friend enemy"
)

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
SEASONS = "spring summer autumn winter".split()

KIND_OF = {
    "fruit": "apple pear banana plum cherry grape lemon orange peach strawberry",
    "vegetable": "carrot potato onion pea bean cabbage cucumber pumpkin",
    "animal": "dog cat horse fox owl bear fish whale frog lion",
    "bird": "robin sparrow owl crow duck swan parrot penguin",
    "insect": "bee ant butterfly beetle fly",
    "colour": "red blue green yellow purple pink brown",
    "tool": "hammer saw shovel broom brush",
    "flower": "rose daisy tulip lily violet",
    "instrument": "drum flute violin trumpet piano guitar",
    "shape": "circle square triangle star",
}

USE_OF = {
    "a spoon": "eating soup",
    "a pencil": "writing and drawing",
    "an umbrella": "staying dry in the rain",
    "a key": "opening a door",
    "a bed": "sleeping",
    "a clock": "telling the time",
    "a broom": "sweeping the floor",
    "a hammer": "hitting nails",
    "a lamp": "giving light",
    "a boat": "travelling on water",
    "a cup": "drinking",
    "a book": "reading",
    "a ladder": "climbing up high",
    "a map": "finding the way",
    "a bell": "ringing",
    "a chair": "sitting",
    "a bridge": "crossing a river",
    "a coat": "keeping warm",
    "soap": "washing",
    "a knife": "cutting",
    "a window": "letting in light",
    "a rope": "tying things",
    "a lantern": "seeing in the dark",
    "a compass": "finding north",
    "a camera": "taking pictures",
    "a pot": "cooking",
    "a needle": "sewing",
    "a bicycle": "riding",
    "a telescope": "looking at the stars",
    "a basket": "carrying things",
}

SIZE_ORDER = "ant bee mouse frog bird cat fox dog wolf lion bear horse elephant whale".split()

FACTS = [
    ("How many days are in a week?", "There are 7 days in a week."),
    ("How many months are in a year?", "There are 12 months in a year."),
    ("How many seasons are there?", "There are 4 seasons: spring, summer, autumn and winter."),
    ("How many fingers are on one hand?", "There are 5 fingers on one hand."),
    ("How many fingers do we have?", "We have 10 fingers."),
    ("How many hours are in a day?", "There are 24 hours in a day."),
    ("How many minutes are in an hour?", "There are 60 minutes in an hour."),
    ("How many eyes do we have?", "We have 2 eyes."),
    ("How many sides does a triangle have?", "A triangle has 3 sides."),
    ("How many sides does a square have?", "A square has 4 sides."),
    ("What do we see with?", "We see with our eyes."),
    ("What do we hear with?", "We hear with our ears."),
    ("What do we smell with?", "We smell with our nose."),
    ("What do we taste with?", "We taste with our tongue."),
    ("What do we walk on?", "We walk on our feet."),
    ("Where does the sun rise?", "The sun rises in the east."),
    ("Where does the sun set?", "The sun sets in the west."),
    ("What falls from the clouds?", "Rain and snow fall from the clouds."),
    ("What is ice made of?", "Ice is made of frozen water."),
    ("What happens to ice when it is warm?", "Ice melts into water when it is warm."),
    ("What happens to water when it is very cold?", "Water freezes into ice when it is very cold."),
    ("What happens when water boils?", "When water boils it turns into steam."),
    ("Why is it dark at night?", "It is dark at night because the sun is on the other side of the Earth."),
    ("Why do we sleep?", "We sleep because the body and the mind need rest."),
    ("Why do plants need water?", "Plants need water to live and to grow."),
    ("What do plants need to grow?", "Plants need light, water and air to grow."),
    ("Why do birds have wings?", "Birds have wings so that they can fly."),
    ("What gives us milk?", "Cows and goats give us milk."),
    ("What gives us wool?", "Sheep give us wool."),
    ("What gives us eggs?", "Hens give us eggs."),
    ("Who makes honey?", "Bees make honey."),
    ("Who makes bread?", "A baker makes bread."),
    ("Who helps us when we are ill?", "A doctor helps us when we are ill."),
    ("Who teaches children?", "A teacher teaches children."),
    ("Who puts out fires?", "Fire fighters put out fires."),
    ("Who grows our food?", "Farmers grow our food."),
    ("What is bread made of?", "Bread is made of flour, water and salt."),
    ("What is paper made of?", "Paper is made of wood."),
    ("What is cheese made of?", "Cheese is made of milk."),
    ("What shape is a ball?", "A ball is round."),
    ("What shape is a wheel?", "A wheel is round."),
    ("What is the sun?", "The sun is a star. It gives us light and warmth."),
    ("What is the moon?", "The moon is a ball of rock that goes around the Earth."),
    ("What is the Earth?", "The Earth is the planet that we live on."),
    ("What is a rainbow?", "A rainbow is a band of colours. We see it when the sun shines through rain."),
    ("What is a river?", "A river is water that flows through the land to the sea."),
    ("What is an island?", "An island is land with water all around it."),
    ("What is a friend?", "A friend is someone who likes you and helps you."),
    ("What is the biggest animal?", "The blue whale is the biggest animal."),
    ("What is the tallest animal?", "The giraffe is the tallest animal."),
    ("Which animal has a long trunk?", "The elephant has a long trunk."),
    ("Which animal carries its house?", "The snail carries its house on its back."),
    ("Which bird cannot fly?", "The penguin cannot fly, but it can swim very well."),
    ("When do leaves fall?", "Many leaves fall in autumn."),
    ("When does it snow?", "It snows in winter."),
    ("When do flowers bloom?", "Many flowers bloom in spring."),
    ("What is the hottest season?", "Summer is the hottest season."),
    ("What is the coldest season?", "Winter is the coldest season."),
    ("What do you do when it rains?", "When it rains, people take an umbrella."),
    ("Is the sun hot?", "Yes, the sun is very hot."),
    ("Is ice cold?", "Yes, ice is cold."),
    ("Can fish fly?", "No, most fish cannot fly. Fish swim."),
    ("Can dogs fly?", "No, dogs cannot fly. Dogs run."),
    ("Can birds fly?", "Yes, most birds can fly."),
]

SELF = [
    (
        ("What is Razao?", "Tell me about Razao.", "What does Razao do?", "Explain Razao.", "what is razao"),
        ("Razao is a network where every answer can be checked.",),
    ),
    (
        (
            "How can an answer be checked?",
            "How does Razao check answers?",
            "How does checking work?",
            "How can I check your answer?",
        ),
        ("Every step is done with whole numbers, so anyone can repeat it and get the same result.",),
    ),
    (
        ("Why should I trust you?", "Can I trust your answer?", "How do I know you are honest?"),
        (
            "You need not trust me. You can check that my answer was computed correctly. "
            "But a correct computation can still be a wrong answer.",
        ),
    ),
    (
        (
            "Who are you?",
            "What are you?",
            "Tell me about yourself.",
            "who are you",
            "Are you a robot?",
            "Are you a person?",
            "Are you human?",
        ),
        (
            "I am a small language model. I come with Razao.",
            "I am a small language model, not a person. I come with Razao.",
        ),
    ),
    (
        ("What is your name?", "Do you have a name?"),
        ("I have no name of my own. I am the small model that comes with Razao.",),
    ),
    (
        ("What can you do?", "How can you help me?", "What do you know?", "Help", "help", "What should I ask you?"),
        ("I can tell short stories, answer simple questions and do small sums.",),
    ),
    (
        ("What can you not do?", "Do you know everything?", "Are you smart?", "Are you clever?"),
        (
            "I am very small, so I know only a little. "
            "I can tell short stories, answer simple questions and do small sums.",
        ),
    ),
    (
        ("How big are you?", "Are you big?", "How many numbers do you have?"),
        ("I am very small. I have about two and a half million numbers inside.",),
    ),
    (
        ("Who made you?", "Where do you come from?", "How were you made?", "How did you learn?"),
        ("I come with Razao. I learned from text that a small program wrote.",),
    ),
    (("How old are you?", "When were you born?"), ("I have no age. I am a computer program.",)),
    (
        ("How are you?", "How do you do?", "How are you today?", "how are you"),
        ("I am well, thank you. How are you?", "Very well, thank you. What can I do for you?"),
    ),
    (
        ("Do you have feelings?", "Are you happy?", "Are you alive?"),
        ("I am a program, so I have no feelings. But I like to tell stories about them.",),
    ),
    (("Can you see me?", "Can you hear me?"), ("No, I can only read the words you write.",)),
    (("Where do you live?", "Where are you?"), ("I live in a file. I can run on any computer.",)),
]

GREETINGS = (
    "Hello|Hi|Hello!|Hi!|Hello there|Good morning|Good morning!|Good evening|Good day|Hey|hello|hi|Hi there!|"
    "hey|Hello.|Good afternoon"
).split("|")
GOODBYES = "Goodbye|Bye|Goodbye!|Good night|See you later|bye|Bye bye!|I have to go now.|That is all.".split("|")
THANKS = "Thank you|Thanks|Thank you!|Thank you very much|thanks|That was nice.|Well done!|Great!|I liked that.".split(
    "|"
)
