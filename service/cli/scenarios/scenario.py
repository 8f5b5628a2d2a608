"""Scenarios: domains that `palate init` writes settings for, and what a made-up catalogue and its people
are like in each.

The settings are the file of the scenario's name beside this module, with its comments. Owns the words
of the examples; knows nothing of how they become items and events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Scenario:
    """One domain."""

    name: str
    themes: Mapping[str, Sequence[str]]
    """What items are about, and what people have a taste for; with words of each."""
    maker: str
    """The attribute that says whose it is."""
    makers: Sequence[str]
    funnel: Sequence[tuple[str, float]]
    """Event types from the lightest to the heaviest, and the share of people who take that step after
    the one before, where the item is to their taste."""
    refusal: Sequence[str]
    """What people do now and then, after the first step, with what is not to their taste."""
    half_life_days: float
    """An item is met half as often when it is so much older."""
    exploration: float
    """As the comments of the settings say."""
    price: tuple[float, float] | None = None
    """From, to."""

    @property
    def settings(self) -> str:
        """The palate.toml, with its comments."""
        return (files(__package__) / f"{self.name}.toml").read_text(encoding="utf-8")


SCENARIOS: Mapping[str, Scenario] = {
    one.name: one
    for one in (
        Scenario(
            "shop",
            {
                "Running": ("shoes", "shorts", "watch", "vest", "socks", "bottle"),
                "Kitchen": ("knife", "pan", "kettle", "apron", "scale", "grater"),
                "Garden": ("spade", "hose", "planter", "gloves", "rake", "seeds"),
                "Office": ("lamp", "desk", "chair", "notebook", "pen", "shelf"),
                "Travel": ("suitcase", "pillow", "adapter", "rucksack", "raincoat", "map"),
            },
            "brand",
            ("Aldo", "Borea", "Castor", "Delphi", "Estrel", "Fjord"),
            (("view", 1.0), ("add_to_cart", 0.4), ("purchase", 0.5)),
            ("add_to_cart", "purchase", "return"),
            180.0,
            0.1,
            (4.0, 120.0),
        ),
        Scenario(
            "news",
            {
                "Politics": ("election", "budget", "minister", "vote", "treaty", "reform"),
                "Science": ("telescope", "vaccine", "fossil", "reactor", "genome", "comet"),
                "Sport": ("final", "transfer", "record", "relay", "coach", "derby"),
                "Business": ("merger", "strike", "profit", "tariff", "startup", "bond"),
                "Culture": ("festival", "novel", "exhibition", "opera", "premiere", "museum"),
            },
            "desk",
            ("Berlin", "London", "Nairobi", "Lima", "Tokyo", "Ottawa"),
            (("click", 1.0), ("read", 0.5), ("share", 0.1)),
            ("hide",),
            1.5,
            0.3,
        ),
        Scenario(
            "video",
            {
                "Western": ("saddle", "canyon", "sheriff", "duel", "railroad", "ranch"),
                "Comedy": ("wedding", "roommate", "holiday", "mix-up", "twins", "office"),
                "Science fiction": ("planet", "android", "orbit", "signal", "colony", "portal"),
                "Horror": ("cellar", "whisper", "fog", "doll", "lighthouse", "mask"),
                "Documentary": ("glacier", "harvest", "jazz", "chess", "whales", "city"),
            },
            "director",
            ("Amara Osei", "Bruno Keller", "Chen Yu", "Dana Levi", "Elif Aydin", "Finn Moe"),
            (("click", 1.0), ("watch", 0.7)),
            ("stop_early",),
            365.0,
            0.1,
        ),
        Scenario(
            "music",
            {
                "Jazz": ("midnight", "saxophone", "smoke", "swing", "blue", "corner"),
                "Techno": ("pulse", "warehouse", "strobe", "circuit", "loop", "machine"),
                "Folk": ("river", "lantern", "meadow", "fiddle", "harbour", "winter"),
                "Hip-hop": ("corner", "crown", "mirror", "hustle", "skyline", "verse"),
                "Classical": ("nocturne", "sonata", "prelude", "quartet", "fugue", "waltz"),
            },
            "artist",
            ("Ayo", "Brook & Pine", "Cassette", "Dorian", "Elva", "Fathom"),
            (("listen", 1.0), ("like", 0.2), ("add_to_playlist", 0.4)),
            ("skip",),
            365.0,
            0.2,
        ),
        Scenario(
            "social",
            {
                "Cooking": ("dumplings", "sourdough", "curry", "ramen", "tart", "pickles"),
                "Cycling": ("climb", "gravel", "sprint", "puncture", "descent", "commute"),
                "Cats": ("kitten", "whiskers", "nap", "box", "window", "paws"),
                "Photography": ("sunset", "portrait", "lens", "fog", "street", "film"),
                "Programming": ("compiler", "bug", "refactor", "release", "parser", "cache"),
            },
            "author",
            ("ana", "bo", "cem", "dev", "eli", "fay"),
            (("view", 1.0), ("like", 0.3), ("comment", 0.3), ("share", 0.3)),
            ("hide",),
            0.25,
            0.3,
        ),
        Scenario(
            "jobs",
            {
                "Nursing": ("ward", "clinic", "midwife", "care", "surgery", "hospice"),
                "Software": ("backend", "Python", "mobile", "data", "platform", "security"),
                "Teaching": ("primary", "maths", "music", "kindergarten", "physics", "sports"),
                "Logistics": ("warehouse", "driver", "dispatch", "fleet", "harbour", "customs"),
                "Finance": ("audit", "payroll", "tax", "treasury", "risk", "ledger"),
            },
            "employer",
            ("Arcus", "Belmont", "Corvia", "Dunes", "Elbe Group", "Faro"),
            (("click", 1.0), ("bookmark", 0.3), ("apply", 0.4)),
            ("dismiss",),
            21.0,
            0.2,
        ),
        Scenario(
            "learning",
            {
                "Statistics": ("regression", "Bayes", "sampling", "tests", "survival", "surveys"),
                "Languages": (
                    "Spanish",
                    "grammar",
                    "dialogue",
                    "Mandarin",
                    "spelling",
                    "phonetics",
                ),
                "Design": ("typography", "colour", "layout", "icons", "sketching", "motion"),
                "Programming": ("Python", "algorithms", "databases", "testing", "networks", "Rust"),
                "History": ("Rome", "silk road", "printing", "revolutions", "trade", "archives"),
            },
            "teacher",
            ("A. Okafor", "B. Lindt", "C. Moreau", "D. Sato", "E. Rossi", "F. Haddad"),
            (("view", 1.0), ("enrol", 0.4), ("complete", 0.5)),
            ("enrol", "drop_out"),
            720.0,
            0.05,
            (0.0, 200.0),
        ),
        Scenario(
            "ads",
            {
                "Cars": ("electric", "hatchback", "lease", "tyres", "estate", "test drive"),
                "Banking": ("savings", "mortgage", "card", "account", "pension", "loan"),
                "Holidays": ("beach", "ski pass", "cruise", "city break", "hotel", "flights"),
                "Telephones": ("tariff", "camera", "foldable", "broadband", "roaming", "tablet"),
                "Groceries": ("delivery", "organic", "coffee", "cereal", "cheese", "wine"),
            },
            "sponsored",
            ("Alto", "Brio", "Civa", "Dolce", "Evora", "Fenix"),
            (("impression", 1.0), ("click", 0.3), ("conversion", 0.3)),
            ("hide",),
            14.0,
            0.2,
        ),
    )
}
