namespace RecSys.Hosting.Clients;

/// <summary>Says that this process calls a service.</summary>
internal sealed record ServiceClientRegistration(string Service);
