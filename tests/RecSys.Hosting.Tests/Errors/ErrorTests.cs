using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Tests.Probe;
using RecSys.Hosting.Tests.Probe.V1;

namespace RecSys.Hosting.Tests.Errors;

public sealed class ErrorTests
{
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

        var error = await Should.ThrowAsync<RpcException>(async () => await host.Client().UnaryAsync(new() { Behaviour = "validate", Number = 501 }));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        error.Status.Detail.ShouldBe("user_id must not be empty; slate_size must be from 1 to 500, is 501");
        var status = error.ReadStatus().ShouldNotBeNull();
        status.Code.ShouldBe(3);
        status.Detail<ErrorInfo>().ShouldBe(new ErrorInfo { Reason = "INVALID_FIELDS", Domain = "recsys" });
        status.Detail<BadRequest>()!.FieldViolations.Select(violation => (violation.Field, violation.Description)).ShouldBe(
            [("user_id", "must not be empty"), ("slate_size", "must be from 1 to 500, is 501")]);
    }
}
