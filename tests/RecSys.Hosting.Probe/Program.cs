using RecSys.Hosting;
using RecSys.Hosting.Probe;

var defaults = new ServiceDefaults("probe", GrpcPort: 0, HttpPort: 0) { Settings = new Dictionary<string, string?> { ["Bus:Transport"] = "Memory" } };
return await RecSysHost.RunAsync(args, defaults, builder => builder.AddProbe(), app => app.MapProbe());
