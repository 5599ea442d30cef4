using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests;

/// <summary>What a client on gRPC's own Python implementation sees.</summary>
public sealed class ForeignClientTests(DistributedSystem system)
{
    [Fact]
    public async Task A_python_client_streams_listens_and_reads_error_details_and_deadlines()
    {
        using var python = await PythonClients.CreateAsync();

        var streamed = await python.CallAsync(system["ingest"].GrpcAddress, "stream", "python-user", "1767225600", "t-1", "t-2", "t-3");
        streamed.GetProperty("accepted").GetString().ShouldBe("3");

        var late = await python.CallAsync(system["ingest"].GrpcAddress, "never_ending_stream", "1");
        late.GetProperty("code").GetString().ShouldBe("DEADLINE_EXCEEDED");

        var empty = await python.CallAsync(system["serving"].GrpcAddress, "recommend", "");
        empty.GetProperty("code").GetString().ShouldBe("INVALID_ARGUMENT");
        empty.GetProperty("fields").GetProperty("user_id").GetString().ShouldNotBeNullOrEmpty();
        empty.GetProperty("reason").GetString().ShouldNotBeNullOrEmpty();

        var large = await python.CallAsync(system["ingest"].GrpcAddress, "too_large", "50");
        large.GetProperty("code").GetString().ShouldBe("RESOURCE_EXHAUSTED");
    }
}
