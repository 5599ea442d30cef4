using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Tests.Hosts;

namespace RecSys.Hosting.Tests.Errors;

public sealed class ErrorTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(1500);

    public static TheoryData<string> Shapes { get; } = ["unary", "client stream", "server stream", "duplex"];

    public static TheoryData<string, StatusCode, string> Factories { get; } = new()
    {
        { "invalid", StatusCode.InvalidArgument, "INVALID_FIELDS" },
        { "not found", StatusCode.NotFound, "TRACK_UNKNOWN" },
        { "exists", StatusCode.AlreadyExists, "EXPERIMENT_EXISTS" },
        { "precondition", StatusCode.FailedPrecondition, "NO_MODEL" },
        { "aborted", StatusCode.Aborted, "TRAINING_RUNS" },
        { "exhausted", StatusCode.ResourceExhausted, "TOO_FAST" },
        { "unavailable", StatusCode.Unavailable, "BUS_UNAVAILABLE" },
    };

    [Fact]
    public async Task Every_bad_field_arrives_in_the_details()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviours.Set("validate", (request, _) =>
        {
            var violations = new FieldViolations();
            violations.RequireId("", "user_id");
            violations.RequireRange(request.Number, 1, 500, "slate_size");
            violations.ThrowIfAny();
            return Task.FromResult(new ProbeResponse());
        });

        var error = await Should.ThrowAsync<RpcException>(
            async () => await host.Client().UnaryAsync(new() { Behaviour = "validate", Number = 501 }));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        error.Status.Detail.ShouldBe("user_id must not be empty; slate_size must be from 1 to 500, is 501");
        var status = error.GetRpcStatus().ShouldNotBeNull();
        status.Code.ShouldBe(3);
        status.Message.ShouldBe(error.Status.Detail);
        status.GetDetail<ErrorInfo>().ShouldBe(new ErrorInfo { Reason = "INVALID_FIELDS", Domain = "recsys" });
        status.GetDetail<BadRequest>()!.FieldViolations.Select(violation => (violation.Field, violation.Description)).ShouldBe(
            [("user_id", "must not be empty"), ("slate_size", "must be from 1 to 500, is 501")]);
        status.GetDetail<RetryInfo>().ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Factories))]
    public async Task Every_kind_of_error_arrives_with_code_reason_and_message(string factory, StatusCode code, string reason)
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviours.SetFailure("fail", () => Make(factory));

        var error = await Should.ThrowAsync<RpcException>(async () => await host.Client().UnaryAsync(new() { Behaviour = "fail" }));

        error.StatusCode.ShouldBe(code);
        var read = error.ReadError().ShouldNotBeNull();
        read.Code.ShouldBe(code);
        read.Reason.ShouldBe(reason);
        read.Message.ShouldBe(Make(factory).Message);
        read.RetryDelay.ShouldBe(code is StatusCode.Unavailable or StatusCode.ResourceExhausted ? Delay : null);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Every_shape_of_call_carries_the_details(string shape)
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviours.SetFailure("fail", () => RecSysException.FailedPrecondition("NO_MODEL", "No model – train one at 100 %."));

        var error = await Should.ThrowAsync<RpcException>(() => CallAsync(host.Client(), shape, "fail"));

        error.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        error.Status.Detail.ShouldBe("No model – train one at 100 %.");
        error.ReadError().ShouldNotBeNull().Reason.ShouldBe("NO_MODEL");
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_defect_is_logged_and_tells_the_caller_nothing_of_its_insides(string shape)
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviours.SetFailure("break", () => new InvalidOperationException("password=hunter2"));

        var error = await Should.ThrowAsync<RpcException>(() => CallAsync(host.Client(), shape, "break"));

        error.StatusCode.ShouldBe(StatusCode.Internal);
        error.Status.Detail.ShouldNotContain("hunter2");
        error.GetRpcStatus().ShouldNotBeNull().ToString().ShouldNotContain("hunter2");
        error.ReadError().ShouldNotBeNull().Reason.ShouldBe("INTERNAL");
        host.Log.Entries.ShouldContain(
            entry => entry.Level == LogLevel.Error && entry.Exception is InvalidOperationException && entry.Text.Contains("/recsys.probe.v1.ProbeService/"));
    }

    [Fact]
    public async Task More_violations_than_trailers_can_hold_are_counted()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviours.SetFailure("many", () => RecSysException.InvalidArgument(
            [.. Enumerable.Range(0, 500).Select(i => new FieldViolation($"listens[{i}].user_id", "must not be empty"))]));

        var error = await Should.ThrowAsync<RpcException>(async () => await host.Client().UnaryAsync(new() { Behaviour = "many" }));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        error.Status.Detail.ShouldEndWith("; and 497 more");
        var status = error.GetRpcStatus().ShouldNotBeNull();
        var sent = status.GetDetail<BadRequest>()!.FieldViolations.Count;
        sent.ShouldBeInRange(50, 499);
        status.GetDetail<ErrorInfo>()!.Metadata["violations_left_out"].ShouldBe($"{500 - sent}");
    }

    [Fact]
    public async Task Unknown_services_and_methods_are_named()
    {
        await using var host = await ProbeHost.StartAsync();
        var invoker = host.Channel().CreateCallInvoker();

        var service = await Should.ThrowAsync<RpcException>(() => CallUnknownAsync(invoker, "recsys.nowhere.v1.NoService", "Do"));
        var method = await Should.ThrowAsync<RpcException>(() => CallUnknownAsync(invoker, "recsys.probe.v1.ProbeService", "Do"));

        service.Status.ShouldSatisfyAllConditions(
            status => status.StatusCode.ShouldBe(StatusCode.Unimplemented),
            status => status.Detail.ShouldContain("'recsys.nowhere.v1.NoService'"));
        method.Status.ShouldSatisfyAllConditions(
            status => status.StatusCode.ShouldBe(StatusCode.Unimplemented),
            status => status.Detail.ShouldContain("no method Do"));
    }

    [Fact]
    public async Task A_body_that_is_no_message_is_an_invalid_argument()
    {
        await using var host = await ProbeHost.StartAsync();
        var garbage = Marshallers.Create<byte[]>((bytes, context) => context.Complete(bytes), context => context.PayloadAsNewBuffer());
        var method = new Method<byte[], byte[]>(MethodType.Unary, "recsys.probe.v1.ProbeService", "Unary", garbage, garbage);

        var error = await Should.ThrowAsync<RpcException>(
            async () => await host.Channel().CreateCallInvoker().AsyncUnaryCall(method, null, default, [0xFF, 0xFF, 0xFF]));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        error.ReadError().ShouldNotBeNull().Reason.ShouldBe("MALFORMED_MESSAGE");
    }

    [Theory]
    [InlineData(StatusCode.OK, "OK")]
    [InlineData(StatusCode.InvalidArgument, "INVALID_ARGUMENT")]
    [InlineData(StatusCode.ResourceExhausted, "RESOURCE_EXHAUSTED")]
    [InlineData(StatusCode.DataLoss, "DATA_LOSS")]
    public void Codes_are_spelled_as_in_the_specification(StatusCode code, string name) => code.Name().ShouldBe(name);

    private static RecSysException Make(string factory) => factory switch
    {
        "invalid" => RecSysException.InvalidArgument("user_id", "must not be empty"),
        "not found" => RecSysException.NotFound("TRACK_UNKNOWN", "There is no track t1."),
        "exists" => RecSysException.AlreadyExists("EXPERIMENT_EXISTS", "There is an experiment e1."),
        "precondition" => RecSysException.FailedPrecondition("NO_MODEL", "Train a model first."),
        "aborted" => RecSysException.Aborted("TRAINING_RUNS", "Another training runs."),
        "exhausted" => RecSysException.ResourceExhausted("TOO_FAST", "Slow down.", Delay),
        "unavailable" => RecSysException.Unavailable("BUS_UNAVAILABLE", "The bus is away.", Delay, new IOException("cause")),
        _ => throw new ArgumentOutOfRangeException(nameof(factory)),
    };

    private static async Task CallAsync(ProbeService.ProbeServiceClient client, string shape, string behaviour)
    {
        var request = new ProbeRequest { Behaviour = behaviour, Number = 2 };
        switch (shape)
        {
            case "unary":
                await client.UnaryAsync(request);
                break;
            case "client stream":
                using (var call = client.Collect())
                {
                    await call.RequestStream.WriteAsync(new ProbeRequest());
                    await call.RequestStream.WriteAsync(request);
                    await call.ResponseAsync;
                }

                break;
            case "server stream":
                using (var call = client.Count(request))
                {
                    (await call.ResponseStream.MoveNext()).ShouldBeTrue();
                    (await call.ResponseStream.MoveNext()).ShouldBeTrue();
                    await call.ResponseStream.MoveNext();
                }

                break;
            case "duplex":
                using (var call = client.Chat())
                {
                    await call.RequestStream.WriteAsync(new ProbeRequest());
                    (await call.ResponseStream.MoveNext()).ShouldBeTrue();
                    await call.RequestStream.WriteAsync(request);
                    await call.ResponseStream.MoveNext();
                }

                break;
        }
    }

    private static async Task CallUnknownAsync(CallInvoker invoker, string service, string name)
    {
        var marshaller = Marshallers.Create<byte[]>((bytes, context) => context.Complete(bytes), context => context.PayloadAsNewBuffer());
        await invoker.AsyncUnaryCall(new Method<byte[], byte[]>(MethodType.Unary, service, name, marshaller, marshaller), null, default, []);
    }
}
