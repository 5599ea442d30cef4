using RecSys.Hosting;
using RecSys.Ranker;

return await RecSysHost.RunAsync(
    args, new("ranker", GrpcPort: 5104, HttpPort: 5184), builder => builder.AddRanker(), app => app.MapRanker());
