using System.Buffers.Binary;
using System.Text;

namespace RecSys.Serving.Paging;

/// <summary>
/// The token of Popular: the model version whose list is paged and how much of it was shown. Later pages come from the same
/// version, also when another has become active, so no track repeats.
/// </summary>
internal static class PopularPageToken
{
    private const string List = "popular";

    public static string Make(string modelVersion, int shown)
    {
        var payload = new byte[sizeof(int) + Encoding.UTF8.GetByteCount(modelVersion)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, shown);
        Encoding.UTF8.GetBytes(modelVersion, payload.AsSpan(sizeof(int)));
        return PageToken.Make(List, payload);
    }

    public static bool TryRead(string token, out string modelVersion, out int shown)
    {
        modelVersion = "";
        shown = 0;
        if (!PageToken.TryRead(List, token, out var payload) || payload.Length < sizeof(int))
        {
            return false;
        }
        shown = BinaryPrimitives.ReadInt32LittleEndian(payload);
        modelVersion = Encoding.UTF8.GetString(payload.AsSpan(sizeof(int)));
        return shown >= 0;
    }
}
