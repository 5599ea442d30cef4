using RecSys.Data.Models;
using RecSys.Hosting.Errors;
using RecSys.Lake.Storage;

namespace RecSys.Trainer.Grpc;

/// <summary>What callers hear when the lake is away or a version can't be used as asked.</summary>
internal static class StoreErrors
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    /// <summary>Makes a call to the stores and translates its errors.</summary>
    public static async Task<T> TranslateAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (S3Exception exception)
        {
            throw RecSysException.Unavailable("LAKE_UNAVAILABLE", exception.Message, RetryDelay, exception);
        }
        catch (ModelStoreException exception)
        {
            throw exception.Error switch
            {
                ModelStoreError.NotFound => RecSysException.NotFound("MODEL_NOT_FOUND", exception.Message),
                ModelStoreError.NotReady => RecSysException.FailedPrecondition("MODEL_NOT_READY", exception.Message),
                ModelStoreError.Refused => RecSysException.FailedPrecondition("MODEL_REFUSED", exception.Message),
                ModelStoreError.InUse => RecSysException.FailedPrecondition("MODEL_IN_USE", exception.Message),
                ModelStoreError.NoPrevious => RecSysException.FailedPrecondition("NO_PREVIOUS_MODEL", exception.Message),
                _ => exception,
            };
        }
        catch (InvalidPageTokenException)
        {
            throw RecSysException.InvalidArgument(
                "page_token", "must be the next_page_token of an earlier answer, or empty for the first page");
        }
    }
}
