using System.Text;
using RecSys.Analytics.Reports;
using RecSys.Cli.Pictures;

namespace RecSys.Cli.Reports;

/// <summary>Writes the pieces of a page. Whatever is called text is escaped here; markup is taken as it is.</summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _html = new();

    public void Add(string markup) => _html.Append(markup).Append('\n');

    /// <summary>Begins a section of cards.</summary>
    public void BeginSection(string title) => Add($"<section><h2>{Text(title)}</h2><div class=\"cards\">");

    public void EndSection() => Add("</div></section>");

    /// <summary>A card: a heading, a sentence that says what is to be seen, and the picture.</summary>
    /// <param name="title">Heading, as text.</param>
    /// <param name="sentence">Markup of <see cref="Sentence"/>; empty for none.</param>
    /// <param name="content">Markup of the picture.</param>
    /// <param name="isWhole">Whether it takes the whole row.</param>
    public void AddCard(string title, string sentence, string content, bool isWhole = false) =>
        Add($"<article class=\"card{(isWhole ? " whole" : "")}\"><h3>{Text(title)}</h3>{(sentence.Length > 0 ? $"<p>{sentence}</p>" : "")}{content}</article>");

    /// <summary>A ranking as bars; nothing for an empty one.</summary>
    public void AddRanking(string title, string sentence, IReadOnlyList<RankedName> names)
    {
        if (names.Count == 0)
        {
            return;
        }

        var rows = new StringBuilder("<ol class=\"bars\">");
        foreach (var name in names)
        {
            var full = name.Artist.Length > 0 ? $"{name.Name} by {name.Artist}" : name.Name;
            rows.Append(FormattableString.Invariant(
                $"<li title=\"{Text(full)}: {NumberText.Whole(name.Count)}\"><span class=\"name\">{Named(name)}</span><span class=\"count\">{NumberText.Short(name.Count)}</span><span class=\"length\"><i style=\"width:{100.0 * name.Count / Math.Max(1, names[0].Count):0.#}%\"></i></span></li>"));
        }

        AddCard(title, sentence, rows.Append("</ol>").ToString());
    }

    /// <summary>A sentence whose holes are escaped and stand out. Numbers and dates stay on one line; names may break.</summary>
    public static string Sentence(FormattableString sentence) => string.Format(
        System.Globalization.CultureInfo.InvariantCulture, Text(sentence.Format), [.. sentence.GetArguments().Select(value => Strong(value?.ToString() ?? ""))]);

    /// <summary>A name with its artist.</summary>
    public static string Named(RankedName name) => Text(name.Name) + (name.Artist.Length > 0 ? $" <small>{Text(name.Artist)}</small>" : "");

    /// <summary>Escapes a text.</summary>
    public static string Text(string text) => SvgWriter.Escape(text);

    public override string ToString() => _html.ToString();

    private static string Strong(string text) => $"<strong{(text.Length > 12 ? "" : " class=\"short\"")}>{Text(text)}</strong>";
}
