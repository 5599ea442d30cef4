using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using RecSys.TestKit;

namespace RecSys.Trainer.Tests.Boosting;

/// <summary>XGBoost's Python package, which reads and scores a model by itself.</summary>
internal static class PythonXgboost
{
    private const string Script = """
        import sys, numpy, xgboost
        folder, columns, categorical = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "True"
        rows = numpy.fromfile(folder + "/rows", dtype=numpy.float32).reshape(-1, columns)
        types = ["q"] * (columns - 1) + ["c" if categorical else "q"]
        matrix = xgboost.DMatrix(rows, feature_names=["f%d" % f for f in range(columns)], feature_types=types, enable_categorical=True)
        booster = xgboost.Booster(model_file=folder + "/model.json")
        booster.predict(matrix, output_margin=True).astype(numpy.float32).tofile(folder + "/margins")
        booster.predict(matrix, pred_contribs=True).astype(numpy.float32).tofile(folder + "/contributions")
        """;

    public static (float[] Margins, float[] Contributions) Run(byte[] json, float[] values, int columnCount, bool categorical)
    {
        const string Python = "/usr/bin/python3";
        InstalledPackage.RequireFile("/usr/lib/python3/dist-packages/xgboost/__init__.py", "python3-xgboost");
        using var folder = new TempFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "model.json"), json);
        File.WriteAllBytes(Path.Combine(folder.Path, "rows"), MemoryMarshal.AsBytes(values.AsSpan()));
        var start = new ProcessStartInfo(Python)
        {
            RedirectStandardError = true,
            ArgumentList = { "-c", Script, folder.Path, columnCount.ToString(CultureInfo.InvariantCulture), $"{categorical}" },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors);
        return (Floats("margins"), Floats("contributions"));

        float[] Floats(string name) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder.Path, name))).ToArray();
    }
}
