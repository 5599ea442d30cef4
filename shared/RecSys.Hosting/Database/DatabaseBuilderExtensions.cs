using Microsoft.Extensions.Hosting;
using RecSys.Data;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Database;

/// <summary>Registers the database.</summary>
public static class DatabaseBuilderExtensions
{
    /// <summary>
    /// Adds all stores on the database of section <see cref="DatabaseOptions.SectionName"/>, whose schema is brought up to date
    /// before the process is ready. May be called by every module of a process.
    /// </summary>
    public static IHostApplicationBuilder AddDatabase(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSettings<DatabaseOptions>(DatabaseOptions.SectionName);
        builder.Services.AddRecSysData(builder.Configuration);
        builder.Services.AddStartupTask<DatabaseTask>();
        return builder;
    }
}
