namespace RecSys.Algorithms.TopK;

/// <summary>Which positions of an index may be in any list: bit i of a strip's mask stands for its i-th item.</summary>
internal sealed class EligibleItems
{
    private readonly ushort[] _masks;

    public EligibleItems(FactorIndex index, RecommendOptions options)
    {
        _masks = new ushort[index.StripCount];
        for (var position = 0; position < index.Order.Length; position++)
        {
            var item = index.Order[position];
            if ((options.Allowed is null || options.Allowed.Contains(item)) && (options.Denied is null || !options.Denied.Contains(item)))
            {
                _masks[position / 16] |= (ushort)(1 << (position % 16));
            }
        }
    }

    /// <summary>The mask of a strip of 16 positions.</summary>
    public ushort this[int strip] => _masks[strip];
}
