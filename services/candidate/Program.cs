using RecSys.Candidate;
using RecSys.Hosting;

return await RecSysHost.RunAsync(
    args, new("candidate", GrpcPort: 5103, HttpPort: 5183), builder => builder.AddCandidate(), app => app.MapCandidate());
