/// A page that needs nothing else, no script and no network.
enum HTMLPage {
    /// - Parameters:
    ///   - title: text, not yet escaped.
    ///   - body: what stands below the title, as HTML.
    static func text(title: String, body: String) -> String {
        let title = HTMLText.escaped(title, keepingNewlines: false)
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(title)</title>
            <style>
            \(ChartStyle.css)
            \(css)
            </style>
            </head>
            <body>
            <h1>\(title)</h1>
            \(body)
            </body>
            </html>

            """
    }

    /// A row of a table; the cells are text, not yet escaped.
    static func row(_ cells: [String], tag: String) -> String {
        let inner = cells.map {
            "<\(tag)>\(HTMLText.escaped($0, keepingNewlines: false))</\(tag)>"
        }
        return "<tr>\(inner.joined())</tr>"
    }

    private static let css = """
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--text);
          background: var(--ground); max-width: 980px; margin: 2em auto; padding: 0 1em; }
        h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
        table { border-collapse: collapse; }
        th, td { text-align: left; padding: 0.25em 0.9em 0.25em 0;
          border-bottom: 1px solid var(--rule); font-variant-numeric: tabular-nums; }
        th, .faint { color: var(--faint); font-weight: normal; }
        .wide { overflow-x: auto; }
        .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(400px, 1fr));
          gap: 1em; }
        .key { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 50%;
          margin: 0 0.4em 0 1em; }
        .completion { background: var(--panel); border-radius: 6px; padding: 0.6em 0.9em;
          margin: 0.8em 0; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0.3em 0;
          font: 13px/1.45 ui-monospace, monospace; }
        .prompt { color: var(--faint); }
        @media (max-width: 480px) { .charts { grid-template-columns: 1fr; } }
        """
}
