using RecSys.Hosting;
using RecSys.Ingest;

return await RecSysHost.RunAsync(
    args, new("ingest", GrpcPort: 5101, HttpPort: 5181), builder => builder.AddIngest(), app => app.MapIngest());
