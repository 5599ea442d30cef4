namespace RecSys.Hosting.Tests.GrpcRuntime;

/// <summary>A type or member of another assembly that compiled code refers to.</summary>
internal sealed record RuntimeReference(int Token, string Assembly, string Name);
