using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RecSys.Trainer.Ranker;

/// <summary>
/// LightGBM's C library, which comes with the package LightGBM (c_api.h, version 4.7). It trains the ranker's trees; scoring them is
/// managed code. Every function gives 0 for success; otherwise <see cref="LGBM_GetLastError"/> says why.
/// </summary>
public static unsafe partial class LightGbm
{
    private const string Library = "lib_lightgbm";

    private const int Float32 = 0;
    private const int Float64 = 1;
    private const int Int32 = 2;
    private const int RawScore = 1;
    private const int Contribution = 3;
    private const int SplitImportance = 0;
    private const int GainImportance = 1;

    private static readonly Lazy<string?> WhyMissing = new(Load);

    static LightGbm()
    {
        if (!OperatingSystem.IsWindows())
        {
            // By default OpenMP's threads spin between two loops, which on small logs is most of the time, and ten times as much on a
            // machine that has other things to do. OpenMP reads the variable once, when it is loaded; .NET's own
            // SetEnvironmentVariable is not seen by native code. A value that somebody set stays.
            _ = SetEnvironment("OMP_WAIT_POLICY", "passive", 0);
        }
    }

    /// <summary>Null where the library can be loaded, else one line that says what to install.</summary>
    public static string? Missing => WhyMissing.Value;

    /// <summary>What to do about what the loader said.</summary>
    internal static string Remedy(string loaderMessage, string platform)
    {
        var remedy = loaderMessage.Contains("libgomp", StringComparison.Ordinal)
            ? "No ranker can be trained: LightGBM needs the system's library libgomp.so.1. Install it (Debian, Ubuntu: apt-get install libgomp1)"
            : loaderMessage.Contains("libomp", StringComparison.Ordinal)
                ? "No ranker can be trained: LightGBM needs the system's library libomp. Install it (macOS: brew install libomp)"
                : $"No ranker can be trained: LightGBM's library cannot be loaded on {platform}. It exists for linux-x64 (glibc), osx-x64 and win-x64. Train there";
        return remedy + " and train again. Until then the blend of the sources orders candidates.";
    }

    private static string? Load()
    {
        try
        {
            NativeLibrary.Load(Library, typeof(LightGbm).Assembly, null);
            return null;
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            return Remedy(exception.Message, RuntimeInformation.RuntimeIdentifier);
        }
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new BoostingException($"LightGBM: {Marshal.PtrToStringUTF8(LGBM_GetLastError()) ?? "no reason given"}");
        }
    }

    /// <summary>Rows as the library holds them: values counted into bins, with labels.</summary>
    internal sealed class Dataset() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        /// <summary>Copies rows into the library.</summary>
        /// <param name="rows">The rows, of one width.</param>
        /// <param name="parameters">LightGBM's own names and values.</param>
        /// <param name="reference">Rows whose bins these take, too; null for bins of their own.</param>
        /// <exception cref="BoostingException">The library refuses the rows or a parameter.</exception>
        public static Dataset Create(IReadOnlyList<LabelledRows> rows, string parameters, Dataset? reference)
        {
            if (rows.Sum(part => (long)part.RowCount) is > int.MaxValue and var count)
            {
                throw new BoostingException($"LightGBM takes at most {int.MaxValue:N0} rows; these are {count:N0}. Set ranker.users or ranker.negatives lower.");
            }

            Dataset dataset;
            var pins = new MemoryHandle[rows.Count];
            try
            {
                var matrices = new nint[rows.Count];
                for (var part = 0; part < pins.Length; part++)
                {
                    pins[part] = rows[part].Values.AsMemory().Pin();
                    matrices[part] = (nint)pins[part].Pointer;
                }

                int[] rowCounts = [.. rows.Select(part => part.RowCount)], isRowMajor = [.. rows.Select(_ => 1)];
                fixed (nint* values = matrices)
                fixed (int* counts = rowCounts, orders = isRowMajor)
                {
                    Check(LGBM_DatasetCreateFromMats(
                        rows.Count, values, Float32, counts, rows[0].FeatureCount, orders, parameters, reference?.handle ?? 0, out dataset));
                }
            }
            finally
            {
                foreach (var pin in pins)
                {
                    pin.Dispose();
                }
            }

            GC.KeepAlive(reference);
            Set(dataset, "label", [.. rows.SelectMany(part => part.Labels)], Float32);
            Set(dataset, "group", [.. rows.SelectMany(part => part.GroupSizes)], Int32);
            if (rows.Any(part => part.Start is not null))
            {
                double[] start = [.. rows.SelectMany(part => part.Start ?? new float[part.RowCount])];
                Set(dataset, "init_score", start, Float64);
            }

            return dataset;
        }

        protected override bool ReleaseHandle() => LGBM_DatasetFree(handle) == 0;

        private static void Set<T>(Dataset dataset, string field, T[] values, int type)
            where T : unmanaged
        {
            fixed (T* all = values)
            {
                Check(LGBM_DatasetSetField(dataset, field, all, values.Length, type));
            }
        }
    }

    /// <summary>A model in training. The rows that it was made of must live as long as it does.</summary>
    internal sealed class Booster() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        /// <summary>Begins a model.</summary>
        /// <param name="parameters">LightGBM's own names and values, those of the rows among them.</param>
        /// <param name="train">What it is trained on.</param>
        /// <param name="validation">What it is measured on; null for nothing.</param>
        /// <exception cref="BoostingException">The library refuses a parameter.</exception>
        public static Booster Create(string parameters, Dataset train, Dataset? validation)
        {
            Check(LGBM_BoosterCreate(train, parameters, out var booster));
            if (validation is not null)
            {
                Check(LGBM_BoosterAddValidData(booster, validation));
            }

            return booster;
        }

        /// <summary>Adds one tree.</summary>
        /// <returns>Whether there was one; without a split that is worth it, there is none.</returns>
        public bool Update()
        {
            Check(LGBM_BoosterUpdateOneIter(this, out var isFinished));
            return isFinished == 0;
        }

        /// <summary>The metric on the validation rows.</summary>
        public double Evaluate()
        {
            double value;
            Check(LGBM_BoosterGetEval(this, 1, out _, &value));
            return value;
        }

        /// <summary>The first trees in the library's text form.</summary>
        public string ToText(int treeCount)
        {
            var text = new byte[1 << 20];
            for (; ; )
            {
                long length;
                fixed (byte* to = text)
                {
                    Check(LGBM_BoosterSaveModelToString(this, 0, treeCount, GainImportance, text.Length, out length, to));
                }

                if (length <= text.Length)
                {
                    // The last byte is a zero.
                    return Encoding.UTF8.GetString(text, 0, (int)length - 1);
                }

                text = new byte[length];
            }
        }

        /// <summary>The mean gain of a split on each feature, in the first trees; 0 where there is none.</summary>
        public double[] MeanGains(int treeCount, int featureCount)
        {
            var (gains, splits) = (new double[featureCount], new double[featureCount]);
            fixed (double* ofGain = gains, ofSplits = splits)
            {
                Check(LGBM_BoosterFeatureImportance(this, treeCount, GainImportance, ofGain));
                Check(LGBM_BoosterFeatureImportance(this, treeCount, SplitImportance, ofSplits));
            }

            return [.. gains.Zip(splits, (gain, count) => gain / Math.Max(1, count))];
        }

        /// <summary>The library's own margins, one a row.</summary>
        public double[] Margins(LabelledRows rows) => Predict(rows, RawScore, 1);

        /// <summary>The library's own contributions: features and then the bias, row by row.</summary>
        public double[] Contributions(LabelledRows rows) => Predict(rows, Contribution, rows.FeatureCount + 1);

        protected override bool ReleaseHandle() => LGBM_BoosterFree(handle) == 0;

        private double[] Predict(LabelledRows rows, int type, int width)
        {
            var results = new double[rows.RowCount * width];
            fixed (float* values = rows.Values)
            fixed (double* to = results)
            {
                Check(LGBM_BoosterPredictForMat(
                    this, values, Float32, rows.RowCount, rows.FeatureCount, 1, type, 0, -1, "num_threads=1 verbosity=-1", out _, to));
            }

            return results;
        }
    }

    /// <summary>setenv(3); a variable that is set stays as it is when the last argument is 0.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport(Library)]
    private static partial nint LGBM_GetLastError();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LGBM_DatasetCreateFromMats(
        int matrixCount, nint* matrices, int type, int* rowCounts, int columnCount, int* isRowMajor, string parameters, nint reference, out Dataset dataset);

    [LibraryImport(Library)]
    private static partial int LGBM_DatasetFree(nint dataset);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LGBM_DatasetSetField(Dataset dataset, string field, void* values, int count, int type);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LGBM_BoosterCreate(Dataset train, string parameters, out Booster booster);

    [LibraryImport(Library)]
    private static partial int LGBM_BoosterFree(nint booster);

    [LibraryImport(Library)]
    private static partial int LGBM_BoosterAddValidData(Booster booster, Dataset validation);

    [LibraryImport(Library)]
    private static partial int LGBM_BoosterUpdateOneIter(Booster booster, out int isFinished);

    [LibraryImport(Library)]
    private static partial int LGBM_BoosterGetEval(Booster booster, int dataset, out int count, double* results);

    [LibraryImport(Library)]
    private static partial int LGBM_BoosterSaveModelToString(
        Booster booster, int firstIteration, int iterationCount, int importanceType, long size, out long length, byte* text);

    [LibraryImport(Library)]
    private static partial int LGBM_BoosterFeatureImportance(Booster booster, int iterationCount, int importanceType, double* results);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LGBM_BoosterPredictForMat(
        Booster booster,
        void* values,
        int type,
        int rowCount,
        int columnCount,
        int isRowMajor,
        int predictionType,
        int firstIteration,
        int iterationCount,
        string parameters,
        out long length,
        double* results);
}

/// <summary>LightGBM refused a call.</summary>
internal sealed class BoostingException(string message) : Exception(message);
