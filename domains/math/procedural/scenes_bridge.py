"""First steps: conditions that begin from the answer of somebody else's problem.

Nothing is known of that problem but the kind of its answer, so these scenes say only "that
number" of it and bring people and things of their own, which later steps can go on with.
"""

# ruff: noqa: E501 - a table of sentences: a scene is easier to read on long lines

from __future__ import annotations

from evol.domains.math.procedural.scene import Scene

_C, _D, _K, _R = "add-constraints", "deepen", "concretize", "increase-reasoning"

_MORE = {"k": "2..5", "b": "3..40"}
_PART = {"f": "1/2|1/3|2/3|1/4|3/4|2/5|3/5|1/5", "b": "2..30"}

_THINGS = (
    Scene("things", f"{_D} {_K}", _MORE,
        ("{who} has {b} {noun} more than {k:t} {that}.",
         "A neighbor called {who} owns a collection of {noun}. Its size is {b} more than {k:t} {that}."),
        ("{K:t} the number is [m: k * v].", "{who} has [r: m + b] {noun}."),
        ("How many {noun} does {who} have?",), "things:{noun}"),
    Scene("things", f"{_C} {_K}", {"k": "2..5", "b": "3..40"},
        ("{who} counts {her} own {noun} and finds {b} fewer than {k:t} {that}.",
         "{who} also collects {noun} and has {b} fewer than {k:t} {that}."),
        ("{K:t} the first result is [m: k * v].", "{who} has [r: m - b] {noun}."),
        ("How many {noun} does {who} have?", "How many {noun} are in the collection of {who}?"),
        "things:{noun}", where="b < k * v"),
    Scene("things", f"{_C} {_R}", _PART,
        ("{who} had exactly as many {noun} as {that}, until {she} gave away {f:f} of {her} {noun} and then bought {b} new ones.",
         "{who} started with the same number of {noun}, gave {f:f} of them to a school, and then received {b} more as a gift."),
        ("{who} gave away [g: f * v] {noun}.", "That left [l: v - g], and with the new ones {who} has [r: l + b] {noun}."),
        ("How many {noun} does {who} have now?",), "things:{noun}", where="whole(f * v)"),
    Scene("things", f"{_R} {_D}", {"k": "2..6", "n": "3..9", "b": "2..20"},
        ("{who} fills {n:w} bags, and each bag holds {k:t} as many {noun} as {that}. While tidying up, {she} finds {b} loose {noun} as well.",),
        ("One bag holds [m: k * v] {noun}.", "The {n:w} bags hold [t: n * m] {noun}.", "With the loose ones {who} has [r: t + b] {noun}."),
        ("How many {noun} does {who} have in all?",), "things:{noun}", where="k * v * n <= 3000"),
)  # fmt: skip

_COUNT = (
    Scene("count people", f"{_C} {_K}", {"k": "2..4", "b": "3..40"},
        ("{who} looks into a similar case. There, the number of {noun} is {b} less than {k:t} {that}.",
         "In a similar case that {who} looks into, the number of {noun} is {b} less than {k:t} {that}."),
        ("{K:t} the first number is [m: k * v].", "In the similar case the number of {noun} is [r: m - b]."),
        ("What is the number of {noun} in the case that {who} looks into?",), "count:{noun}", where="b < k * v"),
    Scene("count people", f"{_D} {_C}", {"p": "2..9", "b": "20..90/5"},
        ("A sponsor pays {who} {p:$} for every one of these {noun} and adds {b:$} on top.",
         "For each of these {noun}, {who} receives {p:$} from a sponsor, and afterwards {she} gets a single gift of {b:$}."),
        ("The {noun} bring in [$m: p * v].", "With the extra gift it is [$r: m + b]."),
        ("How much does {who} receive in total?", "How many dollars does {who} receive in all?"), "money"),
    Scene("count people things", f"{_D} {_R}", {"s": "div 2..12", "b": "3..30"},
        ("On a poster about this result, {who} puts up one sticker for every {s} {noun}, and {she} still has {b} more stickers in a drawer.",
         "{who} shows this result on a poster, where one sticker stands for {s} {noun}. Another {b} of {her} stickers stay in the packet."),
        ("The poster needs [q: v / s] stickers.", "With the others {who} has [r: q + b] stickers."),
        ("How many stickers does {who} have altogether, on the poster and off it?",), "things:stickers"),
    Scene("count people things", f"{_R} {_K}", {"f": "1/2|1/3|1/4|1/5|2/3|3/4", "k": "2..4", "b": "3..25"},
        ("The year before, the number of {noun} was only {f:f} of {that}. The goal for next year is {b} more than {k:t} last year's number.",
         "In the previous season there were only {f:f} as many {noun}. For the coming season, a team led by {who} aims for {b} more than {k:t} that smaller number."),
        ("The earlier number was [m: f * v].", "{K:t} that is [t: k * m].", "The goal is [r: t + b] {noun}."),
        ("How many {noun} does the goal call for?",), "count:{noun}", where="whole(f * v)"),
    Scene("count", f"{_R} {_D}", {"p": "2..9", "g": "3..12", "b": "10..60/5"},
        ("In a quiz league, {who} is awarded {p} points for each of these {noun}, loses {b} points for a late entry, and then earns a further {g} points in each of {her} five other rounds.",),
        ("The {noun} are worth [m: p * v] points.", "After the late entry {who} has [l: m - b] points.",
         "The other rounds bring [x: 5 * g] points, so the score is [r: l + x] points."),
        ("How many points does {who} have in the end?",), "points", where="p * v > b"),
    Scene("people", f"{_D} {_K}", {"k": "4..9", "t": "3..15"},
        ("Just as many people sign up for a boat tour that {who} runs. Each pays {t:$}, and the captain's fee of {b:$} comes out of the takings.",),
        ("The tickets bring in [$m: t * v].", "After the fee, {who} keeps [$r: m - b]."),
        ("How much money does {who} keep?",), "money", lets={"b": "k * 5"}, where="t * v > b + 5"),
)  # fmt: skip

_MONEY = (
    Scene("money", f"{_C} {_K}", {"k": "2..4", "b": "4..60/2"},
        ("{who} has saved {b:$} less than {k:t} {that}.",
         "The savings of a neighbor, {who}, come to {b:$} less than {k:t} {that}."),
        ("{K:t} the first amount is [$m: k * v].", "{who} has saved [$r: m - b]."),
        ("How much money has {who} saved?", "How many dollars has {who} saved?"), "money", where="b < k * v"),
    Scene("money", f"{_D} {_K}", {"w": "3..12", "b": "5..45/5"},
        ("{who} begins with exactly {that} and puts another {b:$} aside every week for {w:w} weeks.",
         "{who} opens a savings account with a deposit equal to {that}. Over the next {w:w} weeks, {she} pays in {b:$} each week."),
        ("In {w:w} weeks {who} adds [$a: w * b].", "Together with the first amount that is [$r: v + a]."),
        ("How much money does {who} have after the {w:w} weeks?",), "money"),
    Scene("money", f"{_C} {_R}", {"f": "1/2|1/4|1/5|2/5|3/4|1/10|3/10", "b": "2..40"},
        ("{who} receives the same amount as a prize. {She} lends {f:f} of it to {friend} and spends {b:$} of the rest on a ticket.",
         "{who} wins exactly as much money, gives {f:f} of it to {friend}, and pays {b:$} out of what remains for a train ticket."),
        ("{friend} gets [$g: f * v].", "{who} is left with [$l: v - g].", "After the ticket there is [$r: l - b]."),
        ("How much of the money does {who} have left?",), "money", where="cents(f * v) and b < v - f * v"),
    Scene("money", f"{_R} {_D}", {"k": "2..4", "n": "3..6", "b": "6..60/3"},
        ("{who} and {her} friends earn {b:$} more than {k:t} {that} with a concert, and {n:w} of them share the money equally, {who} being one.",
         "A yard sale brings in {b:$} more than {k:t} {that}. The {n:w} organizers, {who} among them, split the proceeds equally."),
        ("{K:t} the first amount is [$m: k * v].", "The sum to share is [$t: m + b].", "Each share is [$r: t / n]."),
        ("How many dollars does {who} get?", "What is the share of {who}, in dollars?"), "money",
        where="cents((k * v + b) / n)"),
    Scene("money", f"{_C} {_D}", {"p": "5|10|20|25|30|40|50", "b": "2..15"},
        ("{who} receives the same amount plus a bonus of {p}% of it, and then pays a fee of {b:$}.",
         "{who} is owed the same amount and gets it back with {p}% added, but has to pay a fee of {b:$} out of it."),
        ("The addition is [$a: p / 100 * v].", "That makes [$t: v + a].", "After the fee it is [$r: t - b]."),
        ("How much money does {who} end up with?",), "money", where="cents(p * v / 100) and v > b"),
)  # fmt: skip

_MEASURES = (
    Scene("time", f"{_D} {_C}", {"k": "2..4", "b": "2..15"},
        ("{who} takes on a similar job that lasts {k:t} as long, and rests for a total of {b} {unit} on top of that.",
         "A similar job keeps {who} busy for {k:t} {that}, and breaks add another {b} {unit}."),
        ("{K:t} the first time is [m: k * v] {unit}.", "With the breaks it is [r: m + b] {unit}."),
        ("How many {unit} does the job of {who} take, breaks included?",), "time:{unit}"),
    Scene("time", f"{_R} {_K}", {"f": "1/2|1/3|1/4|1/5|2/3", "b": "2..6", "n": "2..6"},
        ("{who} is quicker and needs {f:f} of {that} for one round, but has to do {n:w} rounds and spends {b} {unit} preparing first.",),
        ("One round takes [m: f * v] {unit}.", "{N:w} rounds take [t: n * m] {unit}.", "With the preparation it is [r: t + b] {unit}."),
        ("How many {unit} does {who} need in all?",), "time:{unit}", where="whole(f * v * 2)"),
    Scene("time", f"{_C} {_R} {_D}", {"k": "2..12", "b": "3..25", "thing": "labels|badges|tokens|tiles|buttons"},
        ("A machine that {who} runs for exactly as long turns out {k} {thing} per {one}. Afterwards {b} of the {thing} fail inspection and are thrown away.",),
        ("The machine makes [m: k * v] {thing}.", "After the inspection there are [r: m - b]."),
        ("How many {thing} are left?",), "things:{thing}", where="whole(v) and k * v > b + 2"),
    Scene("length", f"{_D} {_K} {_C}", {"k": "2..5", "b": "2..20", "thing": "cable|fence|wall|strip"},
        ("A {thing} that {who} measures is {b} {unit} longer than {k:t} {that}.",
         "{who} plans a {thing} whose length is {b} {unit} more than {k:t} {that}."),
        ("{K:t} the first length is [m: k * v] {unit}.", "The {thing} is [r: m + b] {unit} long."),
        ("How many {unit} long is the {thing}?",), "length:{unit}"),
    Scene("length", f"{_R} {_C} {_D}", {"k": "2..4", "s": "1/2|1/4|1/5|3/4", "b": "2..12"},
        ("{who} unrolls a cable {k:t} as long as {that}. Then {s:f} of it is used on the first day and {b} {unit} on the second.",),
        ("The cable is [m: k * v] {unit} long.", "The first day uses [u: s * m] {unit}.", "This leaves [l: m - u] {unit}, and after the second day [r: l - b] {unit}."),
        ("How many {unit} of the cable are left?",), "length:{unit}", where="k * v - s * k * v > b"),
    Scene("weight", f"{_D} {_K} {_C}", {"k": "2..5", "b": "2..25", "thing": "first|second"},
        ("{who} runs a store and orders {b} {unit} less than {k:t} {that}.",
         "A delivery for the store that {who} runs contains {b} {unit} less than {k:t} {that}."),
        ("{K:t} the first figure is [m: k * v] {unit}.", "{who} gets [r: m - b] {unit}."),
        ("How many {unit} does {who} get?",), "weight:{unit}", where="k * v > b"),
    Scene("weight", f"{_R} {_C} {_D}", {"k": "2..5", "s": "1/2|1/4|1/5|2/5|3/4", "b": "2..20"},
        ("{who} keeps {k:t} as much in stock. On Monday {s:f} of that stock is sold, and on Tuesday {b} more {unit} arrive.",),
        ("The stock is [m: k * v] {unit}.", "On Monday [u: s * m] {unit} are sold, which leaves [l: m - u] {unit}.", "On Tuesday it becomes [r: l + b] {unit}."),
        ("How many {unit} does {who} then have in stock?",), "weight:{unit}"),
    Scene("age", f"{_D} {_K} {_C}", {"k": "2..2", "b": "1..12", "y": "2..9"},
        ("{who} is {b} years older than {that}, and {friend} is {y} years older than {who}.",
         "{who}'s age is {b} years more than {that}, and {friend}, {her} cousin, is {y} years older still."),
        ("{who} is [m: v + b] years old.", "{friend} is [r: m + y] years old."),
        ("How old is {friend}?",), "age:years@friend"),
    Scene("age", f"{_R} {_C} {_D}", {"b": "1..9", "y": "2..9", "d": "1..9"},
        ("{who} is {b} years younger than {that}, and {friend} is {d} years older than {who}. A card is made that shows the sum of the ages {who} and {friend} will have in {y} years.",),
        ("{who} is [m: v - b] and {friend} is [n: m + d] years old.", "In {y} years they will be [a: m + y] and [c: n + y].", "The sum is [r: a + c]."),
        ("What number does the card show?",), "number", where="v > b + 2"),
    Scene("percent", f"{_D} {_K} {_C} {_R}", {"n": "20..400/20", "b": "3..12", "thing": "guests|club members|shoppers|library visitors"},
        ("{who} surveys {n} {thing}, and {that} of them say yes. The next day, {b} more {thing} say yes.",
         "In a survey of {n} {thing}, the share who agree with {who} equals {that}. Another {b} {thing} agree a day later."),
        ("At first [m: v / 100 * n] {thing} say yes.", "In the end it is [r: m + b]."),
        ("How many {thing} say yes altogether?",), "count:{thing}", where="whole(v * n / 100) and v <= 100"),
)  # fmt: skip

_NUMBERS = (
    Scene("number points", f"{_D} {_K} {_C}", {"k": "2..6", "b": "3..40"},
        ("{who} writes down the number that is {b} less than {k:t} {that}.",
         "{who} multiplies {that} by {k} and subtracts {b}."),
        ("{K:t} the first number is [m: k * v].", "Subtracting {b} gives [r: m - b]."),
        ("What number does {who} get?",), "number", where="k * v > b"),
    Scene("number points", f"{_R} {_C}", {"k": "2..6", "b": "3..40", "d": "3..9"},
        ("{who} adds {b} to {that}, multiplies the sum by {k}, and then takes away {d}.",),
        ("The sum is [s: v + b].", "Multiplied by {k} it is [m: k * s].", "Taking away {d} leaves [r: m - d]."),
        ("What is the result that {who} gets?",), "number"),
    Scene("number", f"{_D} {_R}", {"d": "5..13", "k": "2..9"},
        ("{who} multiplies {that} by {k}, and then looks for the remainder when the product is divided by {d}.",),
        ("The product is [m: k * v].", "The largest multiple of {d} that fits is [q: d * t].", "The remainder is [r: m - q]."),
        ("What remainder does {who} find?",), "number", lets={"t": "(k * v - k * v % d) / d"}, where="whole(v) and t > 1 and k * v % d > 0"),
)  # fmt: skip

CHANCES = (
    Scene("chance", f"{_C} {_D} {_K} {_R} complicate-input", {"n": "12..240/12", "b": "2..9"},
        ("The experiment is repeated {n} times. {who} wins {b:$} each time that the described event happens.",),
        ("The event is expected [m: n * v] times.", "{who} can expect to win [$r: m * b]."),
        ("How many dollars can {who} expect to win?",), "money", where="whole(n * v)"),
    Scene("chance", f"{_C} {_D} {_K} {_R}", {},
        ("{who} bets that the described event does not happen.", "{who} wins a game if the described event does not happen, and loses it otherwise."),
        ("{who} wins with the probability [r: 1 - v].",), ("What is the probability that {who} wins?",), "chance"),
)  # fmt: skip

BRIDGES = (*_THINGS, *_COUNT, *_MONEY, *_MEASURES, *_NUMBERS, *CHANCES)
