namespace RecSys.Cli.Reports;

/// <summary>The style sheet of the page: light, dark and print; nothing is fetched.</summary>
internal static class ReportStyle
{
    public const string Css =
        """
        :root {
          color-scheme: light dark;
          --page: #f4f6f8; --card: #ffffff; --ink: #17212e; --muted: #5a6776; --line: #e0e5ea; --axis: #9aa6b2;
          --first: #2b6cb0; --second: #c8601c; --soft: #9fc3e6; --area: #2b6cb01f; --rest: #d3dae2;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0f141a; --card: #18202a; --ink: #e7ecf2; --muted: #9ba8b6; --line: #2a3540; --axis: #5b6977;
            --first: #6cabea; --second: #f0a060; --soft: #3d6a97; --area: #6cabea26; --rest: #3a4653;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
        main { max-width: 1220px; margin: 0 auto; padding: 28px 12px 48px; }
        header p, .note { color: var(--muted); margin: 4px 0 0; }
        h1 { font-size: 28px; line-height: 1.2; margin: 0; }
        h2 { font-size: 20px; margin: 40px 0 14px; }
        h3 { font-size: 16px; margin: 0 0 2px; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; margin: 22px 0 0; padding: 0; }
        .tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; }
        .tiles dt { color: var(--muted); font-size: 13px; }
        .tiles dd { margin: 0; font-size: 24px; font-weight: 650; white-space: nowrap; font-variant-numeric: tabular-nums; }
        .tiles .period { grid-column: span 2; }
        .tiles .period dd { font-size: 19px; line-height: 36px; }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 16px; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 16px 12px; min-width: 0; break-inside: avoid; }
        .card.whole { grid-column: 1 / -1; }
        .card p { color: var(--muted); font-size: 13.5px; margin: 0 0 10px; overflow-wrap: anywhere; }
        .card strong { color: var(--ink); font-weight: 600; }
        strong.short { white-space: nowrap; }
        svg.chart { display: block; width: 100%; max-width: 480px; height: auto; margin: 0 auto; }
        svg.wide { max-width: none; display: none; }
        @media (min-width: 800px), print { svg.wide { display: block; } svg.narrow { display: none; } }
        svg text { font: 11px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; font-variant-numeric: tabular-nums; }
        .tick { fill: var(--muted); }
        .value { fill: var(--ink); font-weight: 600; }
        .grid { stroke: var(--line); }
        .axis { stroke: var(--axis); }
        .bar, .cell, .dot { fill: var(--first); }
        .soft { fill: var(--soft); }
        .dot.quiet { fill: var(--axis); }
        .touch { fill: transparent; }
        .line { fill: none; stroke: var(--first); stroke-width: 1.8; stroke-linejoin: round; }
        .line.second { stroke: var(--second); }
        .area { fill: var(--area); }
        .equal { stroke: var(--axis); stroke-dasharray: 4 4; }
        .mark { stroke: var(--second); stroke-width: 1.6; }
        .whisker { stroke: var(--muted); stroke-width: 1.5; }
        .box { fill: var(--soft); stroke: var(--first); }
        .median { stroke: var(--second); stroke-width: 2.5; }
        .part0 { fill: var(--first); } .part1 { fill: var(--soft); } .part2 { fill: var(--rest); }
        g:hover > .bar, g:hover > .cell, g:hover > .soft { stroke: var(--second); stroke-width: 1.5; }
        g:hover > rect.touch { fill: var(--area); }
        ol.bars { list-style: none; margin: 0; padding: 0; }
        ol.bars li { display: grid; grid-template-columns: 1fr auto; column-gap: 10px; padding: 3px 0 4px; font-size: 14px; }
        ol.bars .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        ol.bars small { color: var(--muted); font-size: 12.5px; }
        ol.bars .count { font-variant-numeric: tabular-nums; white-space: nowrap; }
        ol.bars .length { grid-column: 1 / -1; height: 5px; border-radius: 3px; background: var(--line); overflow: hidden; }
        ol.bars .length i { display: block; height: 100%; background: var(--first); border-radius: 3px; }
        ul.names { margin: 10px 0 0; padding: 0 0 0 18px; font-size: 14px; }
        ul.names small { color: var(--muted); }
        table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; margin-top: 6px; }
        th, td { text-align: right; padding: 4px 6px; border-bottom: 1px solid var(--line); }
        td small { color: var(--muted); white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; }
        th { color: var(--muted); font-weight: 500; }
        footer { color: var(--muted); font-size: 13px; margin-top: 36px; }
        @media print {
          :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --muted: #444; --line: #ccc; --axis: #888; --first: #2b6cb0; --second: #c8601c; --soft: #9fc3e6; --area: #2b6cb01f; --rest: #d3dae2; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          main { max-width: none; padding: 0; }
          .cards { grid-template-columns: repeat(2, 1fr); }
          h2 { break-after: avoid; }
        }
        """;
}
