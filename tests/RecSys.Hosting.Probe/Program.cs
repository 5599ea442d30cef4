using RecSys.Hosting;
using RecSys.Hosting.Probe;

return await RecSysHost.RunAsync(args, new("probe", GrpcPort: 0, HttpPort: 0), builder => builder.AddProbe(), app => app.MapProbe());
