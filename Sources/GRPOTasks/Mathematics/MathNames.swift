/// What the commands of LaTeX and the words of plain mathematics mean.
enum MathNames {
    /// Commands and words for one sign.
    static let signs: [String: MathToken.Sign] = [
        "cdot": .times, "times": .times, "ast": .times, "div": .divide, "over": .divide,
        "pm": .plusMinus, "mp": .minusPlus,
        "le": .relation(.lessOrEqual), "leq": .relation(.lessOrEqual),
        "leqslant": .relation(.lessOrEqual), "ge": .relation(.greaterOrEqual),
        "geq": .relation(.greaterOrEqual), "geqslant": .relation(.greaterOrEqual),
        "lt": .relation(.less), "gt": .relation(.greater), "ne": .relation(.notEqual),
        "neq": .relation(.notEqual), "approx": .relation(.approximate),
        "approxeq": .relation(.approximate), "sim": .relation(.approximate),
        "simeq": .relation(.approximate), "in": .relation(.member), "to": .relation(.arrow),
        "rightarrow": .relation(.arrow), "Rightarrow": .relation(.arrow),
        "implies": .relation(.arrow), "equiv": .relation(.equal), "cong": .relation(.equal),
        "cup": .union, "cap": .intersection, "setminus": .without, "backslash": .without,
        "land": .and, "wedge": .and, "lor": .or, "vee": .or, "colon": .colon,
        "lbrace": .open(.brace), "rbrace": .close(.brace), "{": .open(.brace), "}": .close(.brace),
        "langle": .open(.angle), "rangle": .close(.angle), "lfloor": .open(.floor),
        "rfloor": .close(.floor), "lceil": .open(.ceiling), "rceil": .close(.ceiling),
        "lbrack": .open(.square), "rbrack": .close(.square),
        "lvert": .bar, "rvert": .bar, "vert": .bar, "mid": .bar, "|": .bar,
        "circ": .degree, "degree": .degree, "%": .percent, "prime": .prime,
        "frac": .fraction, "dfrac": .fraction, "tfrac": .fraction, "cfrac": .fraction,
        "sqrt": .root, "binom": .binomial, "dbinom": .binomial, "tbinom": .binomial,
    ]

    /// Words of plain text.
    static let words: [String: MathToken] = [
        "pi": .symbol("pi"), "inf": .symbol(infinity), "infinity": .symbol(infinity),
        "oo": .symbol(infinity), "and": .sign(.and), "or": .sign(.or), "percent": .sign(.percent),
        "percentage": .sign(.percent), "pct": .sign(.percent), "degrees": .sign(.degree),
        "degree": .sign(.degree), "sqrt": .sign(.root), "cup": .sign(.union),
    ]

    static let infinity = "infinity"
    static let emptySet = "emptyset"

    /// Commands that stand for a symbol under another name.
    static let symbols = [
        "infty": infinity, "varnothing": emptySet, "emptyset": emptySet, "varphi": "phi",
        "varepsilon": "epsilon", "vartheta": "theta", "ldots": "dots", "cdots": "dots",
        "dotsc": "dots", "dotsb": "dots", "imath": "i", "ell": "l",
    ]

    /// Commands and characters of another look and no meaning.
    static let silent: Set = [
        ",", ";", ":", "!", " ", ">", "$", "#", "quad", "qquad", "left", "right", "middle",
        "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "big", "Big", "bigg",
        "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr", "rm", "bf",
        "it", "thinspace", "hline", "strut", "angle", "triangle", "(", ")", "[", "]",
    ]

    /// Commands that show their argument in another look.
    static let wrappers: Set = [
        "boxed", "fbox", "mathbf", "boldsymbol", "bm", "mathit", "mathsf", "mathcal", "mathbb",
        "mathfrak", "overline", "underline", "vec", "hat", "bar", "tilde", "widehat", "widetilde",
        "overrightarrow", "overarc", "mathord", "textcolor", "ensuremath", "stackrel",
    ]

    /// Commands whose argument is words.
    static let texts: Set = [
        "text", "textbf", "textit", "textrm", "textnormal", "textsf", "mbox", "hbox", "mathrm",
        "operatorname", "textup",
    ]

    static let functions: Set = [
        "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh",
        "tanh", "ln", "log", "lg", "exp", "abs", "gcd", "lcm", "min", "max", "det", "arg", "deg",
        "dim", "ker", "tr", "rank", "Re", "Im",
    ]

    static let largeOperators: Set = [
        "sum", "prod", "int", "oint", "iint", "lim", "bigcup", "bigcap",
    ]

    /// Environments whose frame says nothing; every other is read as a matrix.
    static let plainEnvironments: Set = [
        "align", "align*", "aligned", "equation", "equation*", "gather", "gather*", "gathered",
        "split", "displaymath", "math", "center",
    ]

    /// Characters beyond ASCII.
    static let scalars: [Unicode.Scalar: MathToken] = [
        "\u{D7}": .sign(.times), "\u{B7}": .sign(.times), "\u{22C5}": .sign(.times),
        "\u{2217}": .sign(.times), "\u{F7}": .sign(.divide), "\u{2215}": .sign(.divide),
        "\u{2044}": .sign(.divide), "\u{2212}": .sign(.minus), "\u{2013}": .sign(.minus),
        "\u{2010}": .sign(.minus), "\u{2011}": .sign(.minus), "\u{B1}": .sign(.plusMinus),
        "\u{2213}": .sign(.minusPlus), "\u{221A}": .sign(.root), "\u{3C0}": .symbol("pi"),
        "\u{221E}": .symbol(infinity), "\u{2205}": .symbol(emptySet),
        "\u{2264}": .sign(.relation(.lessOrEqual)), "\u{2265}": .sign(.relation(.greaterOrEqual)),
        "\u{2260}": .sign(.relation(.notEqual)), "\u{2248}": .sign(.relation(.approximate)),
        "\u{2208}": .sign(.relation(.member)), "\u{222A}": .sign(.union),
        "\u{2229}": .sign(.intersection), "\u{2216}": .sign(.without), "\u{B0}": .sign(.degree),
        "\u{2032}": .sign(.prime), "\u{2019}": .sign(.prime), "\u{27E8}": .sign(.open(.angle)),
        "\u{27E9}": .sign(.close(.angle)), "\u{2026}": .symbol("dots"),
        "\u{2227}": .sign(.and), "\u{2228}": .sign(.or), "\u{2223}": .sign(.bar),
    ]

    /// Powers written as small raised digits.
    static let raisedDigits: [Unicode.Scalar: String] = [
        "\u{2070}": "0", "\u{B9}": "1", "\u{B2}": "2", "\u{B3}": "3", "\u{2074}": "4",
        "\u{2075}": "5", "\u{2076}": "6", "\u{2077}": "7", "\u{2078}": "8", "\u{2079}": "9",
    ]

    /// Words behind a number that name its unit. The problem has fixed it, so an answer is the same
    /// with and without. Single letters are symbols.
    static let units: Set = [
        "mm", "cm", "dm", "km", "meter", "meters", "metre", "metres", "centimeters", "centimeter",
        "kilometers", "kilometer", "millimeters", "inch", "inches", "foot", "feet", "ft", "yard",
        "yards", "yd", "mile", "miles", "mi", "mph", "kmh", "hour", "hours", "hr", "hrs", "minute",
        "minutes", "min", "mins", "second", "seconds", "sec", "secs", "ms", "day", "days", "week",
        "weeks", "month", "months", "year", "years", "yr", "kg", "mg", "gram", "grams",
        "kilograms", "kilogram", "lb", "lbs", "pound", "pounds", "oz", "ounces", "ounce", "ton",
        "tons", "liter", "liters", "litre", "litres", "ml", "mL", "gallon", "gallons", "dollar",
        "dollars", "cent", "cents", "usd", "USD", "yuan", "euro", "euros", "radian", "radians",
        "rad", "unit", "units", "sq", "square", "cubic", "point", "points", "people", "students",
        "ways", "times", "per", "am", "pm", "AM", "PM", "Hz", "watts", "volts", "joules", "newtons",
    ]
}
