namespace Grpc.Core;

/// <summary>Who a client is, by its certificate.</summary>
public class AuthContext(string? peerIdentityPropertyName, Dictionary<string, List<AuthProperty>> properties)
{
    /// <summary>Whether the client has proven who it is.</summary>
    public bool IsPeerAuthenticated => PeerIdentityPropertyName is not null;

    /// <summary>The property that names the client; null when it is unknown.</summary>
    public string? PeerIdentityPropertyName { get; } = peerIdentityPropertyName;

    /// <summary>All that the certificate says.</summary>
    public IEnumerable<AuthProperty> Properties => properties.Values.SelectMany(list => list);
}
