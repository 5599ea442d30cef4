namespace RecSys.Algorithms.Experiments;

/// <summary>
/// Which arm of an experiment a user is in: murmur3(user, seed = murmur3(experiment)) mod arms. Needs no stored state, and
/// users are divided anew and independently for every experiment.
/// </summary>
public static class ArmAssignment
{
    /// <summary>The arm, 0 for the control C, 1 for T1 and so on, with equal shares.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="user">The user's id as text.</param>
    /// <param name="armCount">Number of arms with the control; at least 1.</param>
    /// <exception cref="AlgorithmException">There is no arm.</exception>
    public static int ArmOf(string experiment, string user, int armCount)
    {
        if (armCount < 1)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"An experiment with {armCount} arms can't take users; give it 1 or more.");
        }

        return (int)(MurmurHash3.Hash32(user, MurmurHash3.Hash32(experiment)) % (uint)armCount);
    }

    /// <summary>The usual name of an arm: C, T1, T2, ….</summary>
    public static string NameOf(int arm) => arm == 0 ? "C" : $"T{arm}";
}
