/// The colours of charts, for pages and for pictures that stand alone; both follow the reader's
/// choice of light or dark.
enum ChartStyle {
    /// Colours told apart also by the colour-blind (Okabe and Ito), one set for each background.
    private static let light = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B8860B", "#56B4E9"]
    private static let dark = ["#56B4E9", "#E69F00", "#2FC79A", "#E59BC5", "#F0E442", "#9AD0F5"]
    static let colorCount = light.count

    static let css = """
        :root, svg { --text: #1b1f24; --faint: #68707a; --rule: #d9dde2; --ground: #ffffff;
          --panel: #f6f7f9; \(variables(light)) }
        @media (prefers-color-scheme: dark) { :root, svg { --text: #e6e9ee; --faint: #9aa3ad;
          --rule: #39414b; --ground: #14171b; --panel: #1d2127; \(variables(dark)) } }
        svg text { font: 11px system-ui, sans-serif; fill: var(--faint); }
        svg text.title { font-size: 13px; font-weight: 600; fill: var(--text); }
        svg text.middle { text-anchor: middle; }
        svg text.right { text-anchor: end; dominant-baseline: middle; }
        .grid { stroke: var(--rule); stroke-width: 1; }
        .axis { stroke: var(--faint); stroke-width: 1; fill: none; }
        .divider { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 3; }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .dots { fill: none; stroke-width: 3.5; stroke-linecap: round; opacity: 0.32; }
        .band { stroke: none; opacity: 0.14; }
        .mark { fill: none; stroke-width: 8; stroke-linecap: round; }
        .dash1 { stroke-dasharray: 7 4; } .dash2 { stroke-dasharray: 2 3; }
        \(rules)
        """

    private static func variables(_ colors: [String]) -> String {
        colors.enumerated().map { "--c\($0.offset): \($0.element);" }.joined(separator: " ")
    }

    private static let rules = (0..<colorCount).map {
        ".c\($0) { stroke: var(--c\($0)); } .key.c\($0) { background: var(--c\($0)); } "
            + ".band.c\($0) { stroke: none; fill: var(--c\($0)); }"
    }.joined(separator: "\n")
}
