using System.Globalization;
using System.Text;

namespace RecSys.Trainer.Stages;

/// <summary>
/// The number under which an id takes part in a split by hash. It depends on the id alone, so that a pair stays on its side
/// from one training to the next and any program can repeat the split.
/// </summary>
internal static class SplitKey
{
    private const ulong OffsetBasis = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    /// <summary>
    /// The id itself where it is a number that is not negative, else the 64-bit FNV-1a hash of its UTF-8 bytes without the sign
    /// bit.
    /// </summary>
    public static long Of(string id)
    {
        if (long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        var hash = OffsetBasis;
        foreach (var value in Encoding.UTF8.GetBytes(id))
        {
            hash = (hash ^ value) * Prime;
        }

        return (long)(hash & long.MaxValue);
    }
}
