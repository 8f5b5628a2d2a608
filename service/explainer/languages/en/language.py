"""English: words and phrasings of the template, and the words the verifier watches for.

Data only. Every pattern says no more than its kind of evidence supports: similarity as similarity,
a cause for HISTORY alone.
"""

from __future__ import annotations

from service.explainer.evidence import (
    DESCRIPTION,
    HIGHER,
    LOWER,
    OF_TASTE,
    SEEN,
    SHARED,
    SIMILAR,
)
from service.explainer.evidence import EvidenceKind as Kind
from service.explainer.languages.en.taste import GUARDED as TASTE_GUARDED
from service.explainer.languages.en.taste import TASTE
from service.explainer.languages.en.taste import UNITS as TASTE_UNITS
from service.explainer.languages.language import (
    OF_A_MODEL,
    AttributeWords,
    CrowdVerb,
    Language,
    Verb,
)
from service.explainer.languages.lexicon import GuardedWords, Lexicon, Unit

PEOPLE = frozenset({Kind.CO_ENGAGEMENT, Kind.POPULARITY})

VERBS = {
    "": (Verb("chose {x}", "{x}, which you chose", r"chose"),),
    "rating": (Verb("rated {x}", "{x}, which you rated", r"rated|gave"),),
    "view": (Verb("looked at {x}", "{x}, which you looked at", r"looked at|viewed"),),
    "click": (Verb("clicked on {x}", "{x}, which you clicked on", r"clicked(?: on)?"),),
    "like": (Verb("liked {x}", "{x}, which you liked", r"liked"),),
    "dislike": (Verb("disliked {x}", "{x}, which you disliked", r"disliked"),),
    "skip": (Verb("skipped {x}", "{x}, which you skipped", r"skipped"),),
    "add_to_cart": (Verb("put {x} in your basket", "{x}, which you put in your basket", r"put"),),
    "purchase": (Verb("bought {x}", "{x}, which you bought", r"bought|purchased|ordered"),),
    "watch": (
        Verb("watched {x}", "{x}, which you watched", r"watched|saw|seen"),
        Verb("saw {x}", "{x}, which you saw", r"watched|saw|seen"),
    ),
    "review": (Verb("reviewed {x}", "{x}, which you reviewed", r"reviewed"),),
    "listen": (Verb("listened to {x}", "{x}, which you listened to", r"listened to|heard"),),
    "read": (Verb("read {x}", "{x}, which you read", r"you read"),),
    "play": (Verb("played {x}", "{x}, which you played", r"played"),),
    "save": (Verb("saved {x}", "{x}, which you saved", r"saved|bookmarked"),),
    "share": (Verb("shared {x}", "{x}, which you shared", r"you shared"),),
    "download": (Verb("downloaded {x}", "{x}, which you downloaded", r"downloaded"),),
}

CROWD = {
    "": CrowdVerb("chose", "chosen", "choosing", r"chose|chosen|choosing"),
    "like": CrowdVerb("liked", "liked", "liking", r"liked|liking"),
    "view": CrowdVerb("looked at", "looked at", "looking at", r"look(?:ed|ing) at|view(?:ed|ing)"),
    "click": CrowdVerb("clicked on", "clicked on", "clicking on", r"click(?:ed|ing)(?: on)?"),
    "purchase": CrowdVerb(
        "bought", "bought", "buying", r"bought|buying|purchas(?:ed|ing)|order(?:ed|ing)"
    ),
    "watch": CrowdVerb("watched", "watched", "watching", r"watch(?:ed|ing)|saw|seen|seeing"),
    "review": CrowdVerb("reviewed", "reviewed", "reviewing", r"review(?:ed|ing)"),
    "listen": CrowdVerb(
        "listened to", "listened to", "listening to", r"listen(?:ed|ing) to|heard|hearing"
    ),
    "read": CrowdVerb("read", "read", "reading", r"read|reading"),
    "play": CrowdVerb("played", "played", "playing", r"play(?:ed|ing)"),
    "save": CrowdVerb("saved", "saved", "saving", r"sav(?:ed|ing)|bookmarked"),
    "download": CrowdVerb("downloaded", "downloaded", "downloading", r"download(?:ed|ing)"),
}

ATTRIBUTES = {
    "": AttributeWords("{also}has {value} as its {noun}", "{both}have {value} as their {noun}"),
    "category": AttributeWords(
        "is {also}listed under {value}",
        "are {both}listed under {value}",
        r"listed under|genres?|categor\w+",
        r"listed under T",
    ),
    OF_A_MODEL: AttributeWords(
        "is {also}described by a model as {value}",
        "are {both}described by a model as {value}",
        r"models?|described by|described as",
        r"described by a model as T",
    ),
    "director": AttributeWords(
        "is {also}directed by {value}",
        "are {both}directed by {value}",
        r"director|direct(?:s|ed)|film-?maker",
        r"directed by T",
    ),
    "cast": AttributeWords(
        "{also}has {value} in the cast",
        "{both}have {value} in the cast",
        r"cast|actors?|actress|stars|starring",
        r"(?:has|have|with) T in the cast|starring T",
    ),
    "author": AttributeWords(
        "is {also}by {value}",
        "are {both}by {value}",
        r"authors?|writers?|artists?|singer|band|(?:written|sung) by",
        r"(?:is|are) (?:also |both )?by T|(?:written|sung) by T",
    ),
    "composer": AttributeWords(
        "{also}has music by {value}",
        "{both}have music by {value}",
        r"composer|composed|music by",
        r"music by T",
    ),
    "brand": AttributeWords(
        "is {also}from {value}",
        "are {both}from {value}",
        r"brand|manufacturer|made by",
        r"made by T",
    ),
    "publisher": AttributeWords(
        "is {also}published by {value}",
        "are {both}published by {value}",
        r"publish\w+",
        r"published by T",
    ),
    "colour": AttributeWords(
        "{also}comes in {value}", "{both}come in {value}", r"colou?rs?", r"comes? in T"
    ),
    "material": AttributeWords(
        "is {also}made of {value}", "are {both}made of {value}", r"material|made of", r"made of T"
    ),
    "country": AttributeWords("{also}comes from {value}", "{both}come from {value}", r"country"),
    "keyword": AttributeWords(
        "{also}carries the keyword {value}",
        "{both}carry the keyword {value}",
        r"keywords?|tags?|tagged|themes?|topics?",
        r"keyword T",
    ),
    "year": AttributeWords(
        "{also}dates from {value}",
        "{both}date from {value}",
        r"year|dates? from|released in",
        r"dates? from T",
    ),
}

LEADS = {
    "history": (
        "{this} is here because {did}",
        "you are seeing {this} because {did}",
        "{did}, so {this} moved up your list",
        "because {did}",
        "{did}, and that is what brought {this} here",
        "{cited}, led to {this}",
        "{this} made your list because {did}",
        "{did}, which counts in favour of {this}",
        "picked because {did}",
        "{did}, which speaks for {this}",
        "{cited}, is one reason {this} is here",
        "{this} earned its place because {did}",
    ),
    "category": (
        "like {title}, {this} {sg}",
        "{this} {sg}, just like {title}",
        "{item} and {title} {pl_both}",
        "{this} {sg}, like {items} from your history",
        "{item} has something in common with {title}: both {pl}",
        "as with {title}, {this} {sg}",
        "{this} {sg}, like {something}",
    ),
    "text_similarity": (
        "on paper, {this} comes close to {cited}",
        "going by its {description}, {this} resembles {cited}",
        "{item} and {title} have similar {description}s",
        "the {description} of {item} is close to that of {cited}",
        "judging by the {description}s, {this} is close to {cited}",
        "in its {description}, {this} comes close to {cited}",
        "going by its {details}, {this} resembles {cited}",
        "the {details} of {item} are close to those of {cited}",
        "judging by the {details}, {this} is close to {cited}",
        "in its {details}, {this} comes close to {cited}",
        "on paper, {this} comes close to {something}",
    ),
    "image_similarity": (
        "the picture of {item} is close to that of {cited}",
        "the pictures of {item} and {title} look alike",
        "going by the picture, {this} resembles {cited}",
        "judging by the pictures, {this} is close to {cited}",
        "in its picture, {this} comes close to {cited}",
        "going by the picture, {this} resembles {something}",
    ),
    "audio_similarity": (
        "{this} sounds like {cited}",
        "{item} and {title} sound alike",
        "going by the sound, {this} resembles {cited}",
        "the sound of {item} is close to that of {cited}",
        "judging by the sound, {this} is close to {cited}",
        "in its sound, {this} comes close to {cited}",
        "going by the sound, {this} resembles {something}",
    ),
    "media_similarity": (
        "the {medium} of {item} is close to that of {cited}",
        "going by the {medium}, {this} resembles {cited}",
        "judging by the {medium}, {this} is close to {cited}",
        "in its {medium}, {this} comes close to {cited}",
        "going by the {medium}, {this} resembles {something}",
    ),
    "co_engagement": (
        "{people} who {chose} {title} also {chose} {this}",
        "{people} {chose} both {title} and {item}",
        "{title} and {item} were both {chosen} by {people}",
        "of those who {chose} {title}, {people} also {chose} {this}",
        "{people} have both {title} and {item} among their choices",
        "{people} {chose} {this} together with {something}",
    ),
    "popularity": (
        "{people} {chose} {this} {window}",
        "{this} is popular, {chosen} by {people} {window}",
        "{this} was {chosen} by {people} {window}",
        "{this} is in demand, with {people} {choosing} it {window}",
        "{this} was {chosen} more often than {percent} of the catalogue {window}",
        "{people} have {chosen} {this} {ever}",
        "{this} is popular, {chosen} by {people} {ever}",
        "{this} has been {chosen} more often than {percent} of the catalogue {ever}",
    ),
    "trend": (
        "{this} is trending, with {people} {choosing} it lately",
        "{people} {chose} {this} lately, more often than usual",
        "lately {people} {chose} {this}, more often than usual",
    ),
    "newness": (
        "{this} is new here, added {ago}",
        "{this} was added {ago}",
        "new in the catalogue, {this} arrived {ago}",
        "{this} joined the catalogue {ago}",
        "{this} arrived {ago}",
    ),
    "taste": (
        "{name} is part of the taste you described, and {this} is marked {value}",
        "{this} is marked {value}, and {name} is part of the taste you described",
        "{this} is marked {value}, and the taste you described has {name}",
    ),
    "taste.near": (
        "{this} comes close to the taste you described: {name}",
        "{this} is close in words to the taste you described: {name}",
        "{name} is part of the taste you described, and {this} comes close to that",
        "{this} comes close to the taste you described",
    ),
    "wish": (
        "you asked for {name}, and {this} is marked {value}",
        "{this} is marked {value}, and you asked for {name}",
    ),
    "wish.near": (
        "you asked for {name}, and {this} comes close to that",
        "{this} is close to what you asked for: {name}",
    ),
    "exploration": (
        "{this} is here to leave room for discovery",
        "this list leaves room for discovery, and {this} takes some of it",
        "{this} is one to explore",
        "a place kept for discovery went to {this}",
    ),
    "rule": (
        "{this} fits the filter of this request, {name}",
        "{this} matches what was asked for, {name}",
        "the request asked for {name}, and {this} fits",
        "{this} fits the filter of this request",
    ),
    "sponsorship": ("{this} is sponsored by {name}", "{this} is sponsored"),
    "placement": ("{this} is placed here by the service",),
    "contrast.higher": (
        "for you, {this} scores higher than {title}",
        "as far as your list goes, {this} scores higher than {title}",
    ),
    "contrast.lower": (
        "for you, {this} scores lower than {title}",
        "as far as your list goes, {this} scores lower than {title}",
    ),
    "contrast.seen": (
        "{title} is in your history already, so it stays off your list",
        "{title} stays off your list: it is in your history already",
    ),
    "change": (
        "without {titles}, {this} would drop off your list",
        "{this} would drop off your list without {titles}",
    ),
    "cold_start.no_history": (
        "there is no history of yours to go by yet",
        "you have no history here yet",
        "nothing you did before is known here yet",
        "nothing is known here yet about what you did before",
    ),
    "cold_start.short_history": (
        "your history holds only {entries} so far",
        "your history here is still short",
        "there is little history of yours to go by yet",
        "so far your history holds no more than {entries}",
    ),
    "cold_start.not_used": (
        "your history was not used, as requested",
        "as requested, nothing about you was used",
        "as requested, your history was left out",
        "nothing you did before was used, as requested",
    ),
}

TAILS = {
    "history": ("it helped that {did}",),
    "category": (
        "like {title}, {this} {sg}",
        "{this} {sg}, just like {title}",
        "{this} {sg}, like {something}",
    ),
    "text_similarity": (
        "on paper, {this} comes close to {title}",
        "its {description} is close to that of {title}",
        "its {details} are close to those of {title}",
        "on paper, {this} comes close to {something}",
    ),
    "image_similarity": (
        "its picture is close to that of {title}",
        "its picture resembles that of {title}",
        "its picture is close to that of {something}",
    ),
    "audio_similarity": (
        "{this} sounds like {title}",
        "its sound is close to that of {title}",
        "its sound is close to that of {something}",
    ),
    "media_similarity": (
        "its {medium} is close to that of {title}",
        "its {medium} resembles that of {title}",
        "its {medium} is close to that of {something}",
    ),
    "co_engagement": (
        "{people} who {chose} {title} {chose} {this} too",
        "{people} {chose} both {title} and {item}",
        "{people} {chose} {this} together with {something}",
    ),
    "popularity": ("{people} {chose} {this} {window}", "{people} have {chosen} {this} {ever}"),
    "trend": ("{people} {chose} {this} lately, more often than usual",),
    "newness": ("{this} was added {ago}", "{this} arrived {ago}"),
    "taste": ("{this} is marked {value} (the taste you described has {name})",),
    "taste.near": (
        "{this} comes close to the taste you described",
        "{this} is close to your own words",
    ),
    "wish": ("{this} is marked {value} (you asked for {name})",),
    "wish.near": ("{this} is close to what you asked for: {name}",),
    "exploration": ("this list leaves room for discovery",),
    "rule": ("{this} fits what was asked for",),
    "cold_start.no_history": (
        "there is no history of yours to go by yet",
        "you have no history here yet",
    ),
    "cold_start.short_history": (
        "your history holds only {entries} so far",
        "your history here is still short",
    ),
    "cold_start.not_used": ("your history was not used, as requested",),
}

TAILS_SAME = {
    "category": ("both {pl}", "{this} {sg} too", "{this} {sg_also}"),
    "text_similarity": (
        "their {description}s are close",
        "their {details} are close",
        "on paper the two are close",
    ),
    "image_similarity": ("their pictures look alike", "their pictures are close"),
    "audio_similarity": ("the two sound alike", "they sound alike"),
    "media_similarity": (
        "in {medium} the two are close",
        "going by the {medium}, the two are close",
    ),
    "co_engagement": ("{people} {chose} both",),
}

LEXICON = Lexicon(
    script="latin",
    causes=r"because|why|reasons?|led to|brought|moved up|counts|helped|speaks for|made your list|owes?|caused?|"
    r"therefore|thanks to|due to|since you|as a result|explains?",
    clause_ends=r";|:|, and |, but |, like |, just like |, as ",
    sharing=r"like T|both|too|also|same|shar\w+|in common|as with|from your history|(?:so|as) (?:does|is)",
    guarded=(
        *TASTE_GUARDED,
        GuardedWords(
            r"who (?:also )?\w+|those who|together with|chose both|goes with",
            frozenset({Kind.CO_ENGAGEMENT}),
            True,
        ),
        GuardedWords(
            r"people(?! here)|persons?|others|users|customers|viewers|readers|buyers|fans|many|crowd|chosen",
            PEOPLE | {Kind.TREND},
        ),
        GuardedWords(r"(?:people|persons?|others|users|who) (?:\w+ )?likes?"),
        GuardedWords(r"popular\w*|in demand|hits?|talked about", frozenset({Kind.POPULARITY})),
        GuardedWords(r"more often", frozenset({Kind.POPULARITY, Kind.TREND})),
        GuardedWords(r"trend\w+|lately", frozenset({Kind.TREND})),
        GuardedWords(r"usual", frozenset({Kind.TREND, Kind.RANGE})),
        GuardedWords(r"sponsor\w*", frozenset({Kind.SPONSORSHIP})),
        GuardedWords(r"placed here|the service", frozenset({Kind.PLACEMENT})),
        GuardedWords(r"scor\w+|higher|lower", frozenset({Kind.CONTRAST}), True),
        GuardedWords(r"scores higher", frozenset({Kind.CONTRAST}), True, HIGHER),
        GuardedWords(r"scores lower", frozenset({Kind.CONTRAST}), True, LOWER),
        GuardedWords(r"stays? off", frozenset({Kind.CONTRAST}), True, SEEN),
        GuardedWords(r"without|drops?", frozenset({Kind.CHANGE}), True),
        GuardedWords(
            r"new|newly|added|arriv\w+|joined|latest|fresh|recently released",
            frozenset({Kind.NEWNESS}),
        ),
        GuardedWords(
            r"look(?:s|ing)? (?:\w+ )?(?:like|alike|similar)|pictures?|posters?|covers?|photos?|images?|visual\w*",
            frozenset({Kind.IMAGE_SIMILARITY}),
            True,
        ),
        GuardedWords(
            r"sound\w*|audio\w*|sonic\w*|timbres?|acoustic\w*",
            frozenset({Kind.AUDIO_SIMILARITY}),
            True,
        ),
        GuardedWords(
            r"reads|descriptions?|plots?|story|stories",
            frozenset({Kind.TEXT_SIMILARITY}),
            True,
            DESCRIPTION,
        ),
        GuardedWords(r"on paper", frozenset({Kind.TEXT_SIMILARITY}), True),
        GuardedWords(r"details", SHARED | OF_TASTE | {Kind.TEXT_SIMILARITY}, True),
        GuardedWords(r"described", frozenset({Kind.TASTE, Kind.ASPECT})),
        GuardedWords(r"words", frozenset({Kind.TASTE, Kind.WISH})),
        GuardedWords(
            r"similar\w*|alike|resembl\w+|reminiscent|comparable", SIMILAR | {Kind.TASTE}, True
        ),
        GuardedWords(r"close", SIMILAR | {Kind.TASTE, Kind.WISH}),
        GuardedWords(r"like T|as with T|(?<!taste )(?<!such )as T", SIMILAR | SHARED, True),
        GuardedWords(r"shares?|in common|same|from your history|also (?:has|is)", SHARED, True),
        GuardedWords(r"both", SHARED | {Kind.CO_ENGAGEMENT}, True),
        GuardedWords(r"taste", frozenset({Kind.TASTE, Kind.COLD_START})),
        GuardedWords(r"discover\w*|explor\w+", frozenset({Kind.EXPLORATION})),
        GuardedWords(r"request\w*|filter\w*", frozenset({Kind.RULE, Kind.COLD_START})),
        GuardedWords(r"asked for", frozenset({Kind.RULE, Kind.TASTE, Kind.WISH})),
        GuardedWords(
            r"known|unknown|no history|little|still short|left out|not used|was used",
            frozenset({Kind.COLD_START}),
        ),
        GuardedWords(
            r"your (?:\w+ )?history",
            SHARED | {Kind.COLD_START, Kind.HISTORY, Kind.CONTRAST, Kind.AVERSION},
        ),
        GuardedWords(r"(?:because|since|due to|thanks to)(?! (?:of )?(?:you|your|T))"),
        # Nothing that Palate computes supports any of these.
        GuardedWords(
            r"best|greatest|finest|perfect\w*|masterpieces?|classics?|acclaim\w*|award\w*|oscars?|critic\w*|must-\w+"
        ),
        GuardedWords(
            r"favou?rites?|lov(?:e|es|ed|ing)|ador\w+|enjoy\w*|hat(?:e|es|ed)|obsess\w*|fan of|guarantee\w*"
        ),
        GuardedWords(
            r"every\w*|always|never|most|all of|thousands?|hundreds?|millions?|dozens?|half|twice|countless"
        ),
        GuardedWords(
            r"(?<!the )two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|fifty|several|few"
        ),
        GuardedWords(r"not(?! used)|cannot|neither|nor|n't|no longer|first|ranked|number"),
        GuardedWords(
            r"friends?|famil\w+|neighbou?rs?|like you|your age|wom[ae]n|m[ae]n|girls?|boys?|near you|your (?:area|city)"
        ),
        GuardedWords(
            r"cheap\w*|discount\w*|sales?|bargains?|free|deals?|box office|best-?sell\w*|top"
        ),
        GuardedWords(
            r"sequels?|prequels?|remakes?|based on|inspired by|series of|funny|scary|beautiful|thrilling|exciting"
        ),
        GuardedWords(
            r"recently|today|yesterday|tonight|last (?:week|night|year)|this (?:week|year)",
            frozenset({Kind.NEWNESS}),
        ),
        GuardedWords(
            r"comed(?:y|ies)|dramas?|thrillers?|horror|roman\w+|westerns?|documentar\w+|animat\w+|sci-fi|"
            r"science fiction|fantasy|musicals?|noir|crime|myster\w+|war|action|adventure"
        ),
    ),
    units=(
        *TASTE_UNITS,
        Unit(
            r"N (?:person|people) [^;,]*lately|lately N (?:person|people)|with N (?:person|people) choosing it lately",
            "count",
            frozenset({Kind.TREND}),
        ),
        Unit(
            r"N (?:people|persons?) who|of those who (?:\w+ ){1,2}T, N people|"
            r"N people (?:\w+ ){1,2}both|both [^;,]*N people",
            "count",
            frozenset({Kind.CO_ENGAGEMENT}),
        ),
        Unit(
            r"N (?:\w+ )?(?:people|persons?|users|others|viewers|customers|fans|readers)",
            "count",
            PEOPLE,
        ),
        Unit(r"N (?:items?|films|movies|books|products)", "count", SHARED),
        Unit(r"N (?:entry|entries|events)", "count", frozenset({Kind.COLD_START})),
        Unit(r"last N days", "window_days", frozenset({Kind.POPULARITY})),
        Unit(r"N days? ago", "count", frozenset({Kind.NEWNESS})),
        Unit(r"N ?(?:%|per ?cent)", "percent", frozenset({Kind.POPULARITY})),
        Unit(r"(?:rated|gave|a|an|rating of|your) N", "event_value", frozenset(Kind)),
    ),
    unguarded=frozenset({Kind.FREQUENT, Kind.DOMAIN}),
    rating_of=r"T (?:an? )?N",
    you=r"you (?:also |have |both )*",
    verb_of=r"VERB (?:both )?(T(?:(?:, | and )T)*)",
    crowd=r"people|persons?|others|users|customers|viewers|readers|buyers|fans|those who|more often",
    user=r"you",
    user_did=r"(?<!which )you (?>VERB)(?! (?:T|it\b|both T))",
    needs_fact=(
        r"directed by",
        r"starring",
        r"listed under",
        r"written by",
        r"published by",
        r"music by",
        r"made (?:by|of)",
        r"described by a model as",
        r"keyword",
        r"is (?:also )?by",
    ),
    user_verbs=r"you (?:have |had |also |really |recently |once |already |both |often )*([a-z]+)",
    user_verbs_allowed=frozenset(
        {
            "are",
            "described",
            "asked",
            "did",
            "have",
            "may",
            "might",
            "can",
            "was",
            "chose",
            "no",
            "said",
            "come",
            "keep",
            "turned",
        }
    ),
    glue="about after again all already although and another any are as be because been before being between "
    "but by can could did do does earlier enough even for from further had has "
    "have he'd here how however i i'd if in indeed into is it it's its itself just last less like "
    "likewise made makes matter matters may maybe me might more much my next now of off on "
    "only onto or other others our out over own part partly perhaps quite rather really same second seem "
    "seems shall she'd should since so some something still such than that that's the their them then "
    "there these they thing things this those though through thus to too toward towards under until up us "
    "very was we we've were what when where which while who whose why will with within would yet "
    "you you'd you've your appear appears behind brings brought catalogue choice choices choose chose "
    "chosen chooser close closer closest common compare compared comparable come comes connect connected "
    "connection cover covers describe described description descriptions details fact facts film films filter fit "
    "fits follow follows given gives go goes grounds history image images item items keep keeps kept lead "
    "leads led link linked links list listed look looks match matches mention mentions movie movies name "
    "named names note noted pair pairs people person pick picked picks picture pictures "
    "place placed point points popular poster posters product products put puts rate "
    "rated rating ratings read reads reason reasons recommend recommendation recommendations recommended "
    "request requested resemble resembles result results say says score scores see share shared shares "
    "show showed shown shows similar similarity similarly somebody someone sort stand stands suggest "
    "suggested suggestion suggestions suggests taste tastes text texts title titles together turn two "
    "user users viewer viewers way ways weigh weighs weight went word words work works writer book books "
    "game games song songs article articles director directors directed directs cast actor actors actress "
    "star stars starring genre genres category categories author authors artist artists band composer "
    "music brand publisher colour colours color colors material country keyword keywords tag tags tagged "
    "theme themes topic topics year language new newly arrived added joined latest trending demand "
    "discovery explore exploration day days ago week month known unknown",
    openers="it this that these both the a an you your because since as like with if we its of only new added popular "
    "also and in on from here there given shown listed directed people others among while for to at by so what one "
    "little nothing another much something",
)

LANGUAGE = Language(
    code="en",
    quotes=("“", "”"),
    work_quotes=("“", "”"),
    work_domains=frozenset(),
    nouns={
        "": "this one",
        "movie": "this film",
        "movies": "this film",
        "film": "this film",
        "films": "this film",
        "book": "this book",
        "books": "this book",
        "game": "this game",
        "games": "this game",
        "song": "this song",
        "songs": "this song",
        "article": "this article",
        "articles": "this article",
        "news": "this article",
        "recipes": "this recipe",
    },
    it="it",
    you="you {deed}",
    verbs=VERBS,
    crowd=CROWD,
    rated=(
        Verb("rated {x} {value}", "{x}, which you rated {value}", r"rated|gave"),
        Verb("gave {x} {a_value}", "{x}, which you gave {a_value}", r"rated|gave"),
    ),
    rated_item="{x} {a_value}",
    rated_list="gave {x}",
    rated_last=" and ",
    rated_same="gave {x} {a_value} each",
    attributes=ATTRIBUTES,
    attribute_unnamed=AttributeWords(
        "{also}has {value} among its details", "{both}have {value} among their details"
    ),
    also="also ",
    both="both ",
    something="something you chose",
    description="description",
    details="details",
    media={"video": "video"},
    ever="so far",
    counted={
        "people": ("{n} person", "{n} people"),
        "items": ("", "{n} items"),
        "entries": ("{n} entry", "{n} entries"),
    },
    percent="{n}%",
    ago=("today", "a day ago", "{n} days ago"),
    window=("in the last day", "in the last {n} days"),
    list_separator=", ",
    list_last=" and ",
    predicates_last=" and ",
    deeds_last=" and ",
    leads=LEADS,
    tails=TAILS,
    tails_same=TAILS_SAME,
    joints=("; ", ", and "),
    describe=("{this} {sg}",),
    nothing_else=("nothing else stood out", "no other fact stood out"),
    nothing=("no single fact stands out behind {this}", "nothing in particular sets {this} apart"),
    max_line=25,
    stop=".",
    between_sentences=" ",
    lexicon=LEXICON,
    taste=TASTE,
    attribute_aliases={
        "directors": "director",
        "actor": "cast",
        "actors": "cast",
        "starring": "cast",
        "authors": "author",
        "writer": "author",
        "artist": "author",
        "artists": "author",
        "band": "author",
        "color": "colour",
        "colour_group_name": "colour",
        "material_name": "material",
        "manufacturer": "brand",
        "keywords": "keyword",
        "tag": "keyword",
        "tags": "keyword",
        "release_year": "year",
    },
    event_aliases={
        "buy": "purchase",
        "order": "purchase",
        "cart": "add_to_cart",
        "rate": "rating",
        "bookmark": "save",
        "wishlist": "save",
        "stream": "listen",
        "impression": "",
    },
    digits_grouped=True,
)
