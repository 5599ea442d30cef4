using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Hosting.Tests.Hosts;
using Alpha = Grpc.Reflection.V1Alpha;

namespace RecSys.Hosting.Tests.Reflection;

public sealed class ReflectionTests
{
    private static readonly string[] Services =
        ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "recsys.probe.v1.ProbeService"];

    [Fact]
    public async Task Every_mapped_service_is_listed()
    {
        await using var host = await ProbeHost.StartAsync();

        var answer = await AskAsync(host, new() { ListServices = "*" });

        answer.ListServicesResponse.Service.Select(service => service.Name).ShouldBe(Services, ignoreOrder: true);
    }

    [Fact]
    public async Task The_alpha_version_answers_the_same()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = new Alpha.ServerReflection.ServerReflectionClient(host.Channel()).ServerReflectionInfo();

        await call.RequestStream.WriteAsync(new() { ListServices = "" });
        await call.RequestStream.WriteAsync(new() { FileContainingSymbol = "recsys.probe.v1.ProbeRequest" });
        await call.RequestStream.CompleteAsync();
        var answers = await call.ResponseStream.ReadAllAsync().ToListAsync();

        answers[0].ListServicesResponse.Service.Select(service => service.Name).ShouldBe(Services, ignoreOrder: true);
        Names(answers[1].FileDescriptorResponse.FileDescriptorProto).ShouldBe(["probe.proto"]);
    }

    [Theory]
    [InlineData("recsys.probe.v1.ProbeService", "probe.proto")]
    [InlineData("recsys.probe.v1.ProbeService.Collect", "probe.proto")]
    [InlineData("recsys.probe.v1.ProbeRequest", "probe.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse", "health.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "health.proto")]
    [InlineData("grpc.reflection.v1.ServerReflectionRequest", "grpc/reflection/v1/reflection.proto")]
    public async Task A_service_method_message_or_enum_leads_to_its_file(string symbol, string file)
    {
        await using var host = await ProbeHost.StartAsync();

        var answer = await AskAsync(host, new() { FileContainingSymbol = symbol });

        Names(answer.FileDescriptorResponse.FileDescriptorProto).ShouldBe([file]);
    }

    [Fact]
    public async Task A_client_can_rebuild_the_contract_from_the_answer()
    {
        await using var host = await ProbeHost.StartAsync();
        var answer = await AskAsync(host, new() { FileByFilename = "probe.proto" });

        var file = FileDescriptor.BuildFromByteStrings(answer.FileDescriptorResponse.FileDescriptorProto).Single();

        file.Services.Single().Methods.Select(method => method.Name).ShouldBe(["Unary", "Collect", "Count", "Chat"]);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_the_stream_goes_on()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = new ServerReflection.ServerReflectionClient(host.Channel()).ServerReflectionInfo();
        ServerReflectionRequest[] requests =
        [
            new() { FileContainingSymbol = "recsys.nowhere.v1.Nothing" },
            new() { FileByFilename = "nothing.proto" },
            new() { AllExtensionNumbersOfType = "recsys.probe.v1.ProbeRequest" }, // proto3 has no extensions
            new() { FileContainingSymbol = "recsys.probe.v1.ProbeRequest" },
        ];

        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request);
        }

        await call.RequestStream.CompleteAsync();
        var answers = await call.ResponseStream.ReadAllAsync().ToListAsync();

        answers.Take(3).Select(answer => answer.ErrorResponse.ErrorCode).ShouldBe([5, 5, 12]);
        Names(answers[3].FileDescriptorResponse.FileDescriptorProto).ShouldBe(["probe.proto"]);
    }

    [Fact]
    public async Task It_answers_while_the_host_waits()
    {
        await using var host = await ProbeHost.StartAsync(
            add: builder => builder.Services.AddSingleton<RecSys.Hosting.Startup.IStartupTask>(new Tests.Startup.GatedTask()), waitUntilReady: false);

        (await AskAsync(host, new() { ListServices = "" })).ListServicesResponse.Service.Count.ShouldBe(4);
    }

    private static async Task<ServerReflectionResponse> AskAsync(ProbeHost host, ServerReflectionRequest request)
    {
        using var call = new ServerReflection.ServerReflectionClient(host.Channel()).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(request);
        (await call.ResponseStream.MoveNext()).ShouldBeTrue();
        return call.ResponseStream.Current;
    }

    private static IEnumerable<string> Names(IEnumerable<ByteString> files) =>
        files.Select(file => FileDescriptorProto.Parser.ParseFrom(file).Name);
}
