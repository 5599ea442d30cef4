using System.Globalization;

namespace RecSys.Benchmarks;

/// <summary>Options written as <c>--name value</c>.</summary>
internal sealed class BenchmarkArguments
{
    private readonly Dictionary<string, string> _values = [];

    public BenchmarkArguments(ReadOnlySpan<string> args)
    {
        if (args.Length % 2 != 0)
        {
            throw new ArgumentException("Options come in pairs: --name value.");
        }

        for (var i = 0; i < args.Length; i += 2)
        {
            _values[args[i].TrimStart('-')] = args[i + 1];
        }
    }

    public int Get(string name, int otherwise) =>
        _values.TryGetValue(name, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    public float Get(string name, float otherwise) =>
        _values.TryGetValue(name, out var value) ? float.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    public string Get(string name, string otherwise) => _values.GetValueOrDefault(name, otherwise);
}
