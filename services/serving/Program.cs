using RecSys.Hosting;
using RecSys.Serving;

return await RecSysHost.RunAsync(
    args, new("serving", GrpcPort: 5105, HttpPort: 5185), builder => builder.AddServing(), app => app.MapServing());
