using System.Globalization;
using System.Security;
using System.Text;

namespace RecSys.Cli.Pictures;

/// <summary>
/// Writes SVG. Numbers are written the same on every machine, with as few digits as a picture needs; texts are escaped here
/// and nowhere else.
/// </summary>
internal sealed class SvgWriter
{
    private readonly StringBuilder _svg = new();

    /// <summary>A text that may stand between tags and inside of attributes.</summary>
    public static string Escape(string text) => SecurityElement.Escape(text);

    /// <summary>Writes markup; its holes must be numbers or escaped texts.</summary>
    public void Add(FormattableString markup) => _svg.Append(markup.ToString(CultureInfo.InvariantCulture)).Append('\n');

    /// <summary>Writes a text.</summary>
    public void Text(double x, double y, string text, string attributes) =>
        Add($"<text x=\"{x:0.#}\" y=\"{y:0.#}\" {attributes}>{Escape(text)}</text>");

    /// <summary>Begins a group that says something when the pointer rests on it; <c>&lt;/g&gt;</c> ends it.</summary>
    public void BeginGroup(string title) => Add($"<g><title>{Escape(title)}</title>");

    public void EndGroup() => Add($"</g>");

    public override string ToString() => _svg.ToString();
}
