using System.Buffers.Text;
using System.Globalization;
using System.Text;
using RecSys.Algorithms;

namespace RecSys.Data.Models;

/// <summary>One page of a list of versions, newest first.</summary>
/// <param name="Models">The versions of this page.</param>
/// <param name="NextPageToken">Where the next page begins; null on the last one.</param>
public sealed record ModelPage(IReadOnlyList<ModelVersionRow> Models, string? NextPageToken);

/// <summary>The last version of a page, by its place in the order: the page after it begins there even when it is gone.</summary>
internal sealed record ModelPageToken(DateTimeOffset CreatedAt, string Version)
{
    public ModelPageToken(ModelVersionRow last)
        : this(last.CreatedAt, last.Version)
    {
    }

    /// <exception cref="InvalidPageTokenException">The text is no token.</exception>
    public static ModelPageToken? Parse(string? text, string parameterName)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var decoded = Base64Url.IsValid(text) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)) : "";
        var colon = decoded.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && long.TryParse(decoded.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            && UnixMicroseconds.TryToTime(microseconds, out var createdAt)
            && StorableValues.IsText(decoded)
                ? new ModelPageToken(createdAt, decoded[(colon + 1)..])
                : throw new InvalidPageTokenException(parameterName);
    }

    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{UnixMicroseconds.From(CreatedAt)}:{Version}")));
}

/// <summary>A page token is none that this list has given out.</summary>
public sealed class InvalidPageTokenException : ArgumentException
{
    internal InvalidPageTokenException(string parameterName)
        : base("This is not a page token of this list. Start again without one.", parameterName)
    {
    }
}
