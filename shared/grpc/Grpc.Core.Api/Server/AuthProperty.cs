using System.Text;

namespace Grpc.Core;

/// <summary>Something that a client's certificate says.</summary>
public class AuthProperty
{
    private readonly byte[] _value;

    private AuthProperty(string name, byte[] value)
    {
        Name = name;
        _value = value;
    }

    /// <summary>What it says something about.</summary>
    public string Name { get; }

    /// <summary>What it says, as text.</summary>
    public string Value => Encoding.UTF8.GetString(_value);

    /// <summary>Makes a property with a copy of the value.</summary>
    public static AuthProperty Create(string name, byte[] valueBytes) => new(name, [.. valueBytes]);
}
