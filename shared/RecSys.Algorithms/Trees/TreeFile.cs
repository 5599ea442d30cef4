using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RecSys.Algorithms.Trees;

/// <summary>
/// The stored form of an ensemble. All numbers are little-endian:
/// <code>
/// 8 bytes   "RECTREES"
/// int32     version of the form, 1
/// int32     features
/// int32     objective: 0 identity, 1 logistic
/// float     base margin
/// int32     trees, and of each tree:
///   int32     nodes n; the root first, a child after its parent
///   int32[n]  left child, −1 for a leaf        int32[n]  right child, −1 for a leaf
///   int32[n]  feature                          float[n]  threshold (up to it values go left), or a leaf's value
///   byte[n]   missing values: 1 go left, 2 zero is one of them
///   float[n]  cover
///   int32     splits by categories, and of each: int32 node, int32 words w, uint32[w] bits of the categories that go right
/// </code>
/// </summary>
internal static class TreeFile
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Mark => "RECTREES"u8;

    public static bool IsOne(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Mark);

    public static byte[] Write(TreeEnsemble ensemble)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Mark);
        writer.Write(Version);
        writer.Write(ensemble.FeatureCount);
        writer.Write((int)ensemble.Objective);
        writer.Write(ensemble.BaseMargin);
        writer.Write(ensemble.TreeCount);
        foreach (var tree in ensemble.Trees)
        {
            writer.Write(tree.NodeCount);
            WriteAll(tree.Left);
            WriteAll(tree.Right);
            WriteAll(tree.Feature);
            WriteAll(tree.Threshold);
            WriteAll(tree.Missing);
            WriteAll(tree.Cover);
            int[] byCategories = [.. Enumerable.Range(0, tree.NodeCount).Where(node => tree.RightCategories[node] is not null)];
            writer.Write(byCategories.Length);
            foreach (var node in byCategories)
            {
                writer.Write(node);
                writer.Write(tree.RightCategories[node]!.Length);
                WriteAll(tree.RightCategories[node]!);
            }
        }

        writer.Flush();
        return stream.ToArray();

        void WriteAll<T>(T[] values)
            where T : unmanaged => writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    /// <exception cref="AlgorithmException">The bytes are damaged, or of a later version.</exception>
    public static TreeEnsemble Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return Read(new Reader(bytes[Mark.Length..]));
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Unreadable("it ends too early");
        }
    }

    private static TreeEnsemble Read(Reader reader)
    {
        if (reader.Int32() is var version && version != Version)
        {
            throw Unreadable($"it has version {version}, this program reads {Version}");
        }

        var featureCount = reader.Int32();
        var objective = (TreeObjective)reader.Int32();
        var baseMargin = reader.All<float>(1)[0];
        var trees = new List<DecisionTree>();
        for (var left = reader.Int32(); left > 0; left--)
        {
            var tree = ReadTree(reader);
            if (!tree.IsWhole(featureCount))
            {
                throw Unreadable("the arrays of a tree do not fit together");
            }

            trees.Add(tree);
        }

        return Enum.IsDefined(objective) ? new TreeEnsemble([.. trees], featureCount, baseMargin, objective) : throw Unreadable("its objective is unknown");
    }

    private static DecisionTree ReadTree(Reader reader)
    {
        var nodeCount = reader.Int32();
        var tree = new DecisionTree
        {
            Left = reader.All<int>(nodeCount),
            Right = reader.All<int>(nodeCount),
            Feature = reader.All<int>(nodeCount),
            Threshold = reader.All<float>(nodeCount),
            Missing = reader.All<MissingValues>(nodeCount),
            Cover = reader.All<float>(nodeCount),
            RightCategories = new uint[]?[nodeCount],
        };
        for (var left = reader.Int32(); left > 0; left--)
        {
            var node = reader.Int32();
            var words = reader.All<uint>(reader.Int32());
            if ((uint)node >= (uint)nodeCount)
            {
                throw Unreadable("the categories of a tree do not fit together");
            }

            tree.RightCategories[node] = words;
        }

        return tree;
    }

    internal static AlgorithmException Unreadable(string reason) =>
        new(AlgorithmError.UnreadableModel, $"These stored trees can't be read: {reason}. Train the ranker again.");

    private sealed class Reader(ReadOnlyMemory<byte> bytes)
    {
        private ReadOnlyMemory<byte> _rest = bytes;

        public int Int32() => All<int>(1)[0];

        // Slices before it allocates: a damaged count doesn't take memory.
        public T[] All<T>(int count)
            where T : unmanaged
        {
            var size = (int)Math.Min(int.MaxValue, (long)count * Unsafe.SizeOf<T>());
            var values = MemoryMarshal.Cast<byte, T>(_rest.Span[..size]).ToArray();
            _rest = _rest[size..];
            return values;
        }
    }
}
