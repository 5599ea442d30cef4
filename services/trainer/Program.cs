using RecSys.Hosting;
using RecSys.Trainer;

return await RecSysHost.RunAsync(
    args, new("trainer", GrpcPort: 5102, HttpPort: 5182), builder => builder.AddTrainer(), app => app.MapTrainer());
