using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Events.V1;

namespace RecSys.Cli.Demo;

/// <summary>What a demo starts from.</summary>
/// <param name="Description">One line for a person.</param>
/// <param name="Tracks">The catalogue.</param>
/// <param name="Listens">All listens, oldest first.</param>
internal sealed record DemoLog(string Description, IReadOnlyList<Track> Tracks, IReadOnlyList<Listen> Listens);
