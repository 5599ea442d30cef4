using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.ItemModels;

public sealed class EaseModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(300)]
    [InlineData(529)]
    public void The_blocked_inverse_equals_that_of_elimination_in_double_precision(int size)
    {
        var random = new Random(size);
        var dense = PositiveDefinite(size, random);
        var matrix = new SquareMatrix(size);
        for (var r = 0; r < matrix.Size; r++)
        {
            for (var c = 0; c < matrix.Size; c++)
            {
                matrix.RowSpan(r)[c] = r < size && c < size ? (float)dense[r, c] : r == c ? 1 : 0;
            }
        }

        SymmetricInverse.Negate(matrix, threadCount: 3, CancellationToken.None).ShouldBeTrue();

        // A · A⁻¹ = I within the rounding of floats.
        for (var r = 0; r < size; r++)
        {
            for (var c = 0; c < size; c++)
            {
                var sum = 0.0;
                for (var k = 0; k < size; k++)
                {
                    sum -= dense[r, k] * matrix.RowSpan(k)[c];
                }

                sum.ShouldBe(r == c ? 1 : 0, 2e-4);
            }
        }
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_has_no_inverse()
    {
        var matrix = new SquareMatrix(16);
        for (var i = 0; i < 16; i++)
        {
            matrix.RowSpan(i)[i] = i == 7 ? 0 : 1;
        }

        SymmetricInverse.Negate(matrix, 1, CancellationToken.None).ShouldBeFalse();
    }

    [Fact]
    public void Every_item_is_regressed_on_all_others()
    {
        var train = Random(users: 60, items: 40);
        const double Regularization = 3;
        var model = EaseModel.Fit(train, new EaseOptions { Regularization = Regularization });

        // The ridge regression of an item has a zero gradient: Σ_u x_uj (x_ui − Σ_k x_uk b_ki) = λ b_ji for every j ≠ i.
        var weights = Weights(model);
        for (var item = 0; item < 40; item += 7)
        {
            weights[item, item].ShouldBe(0);
            for (var other = 0; other < 40; other++)
            {
                if (other == item)
                {
                    continue;
                }

                var gradient = 0.0;
                for (var user = 0; user < 60; user++)
                {
                    if (train[user, other] > 0)
                    {
                        var predicted = train.RowColumns(user).ToArray().Sum(k => (double)weights[k, item]);
                        gradient += (train[user, item] > 0 ? 1 : 0) - predicted;
                    }
                }

                gradient.ShouldBe(Regularization * weights[other, item], 1e-3);
            }
        }
    }

    [Fact]
    public void A_catalogue_that_does_not_fit_says_how_much_it_would_need()
    {
        var train = SparseMatrix.FromTriples(1, 100_000, [0], [99_999], [1]);

        var error = Should.Throw<AlgorithmException>(() => EaseModel.Fit(train));

        error.Error.ShouldBe(AlgorithmError.TooLarge);
        error.Message.ShouldContain("37.3 GiB");
        EaseModel.RequiredBytes(100_000).ShouldBe(40_000_000_000);
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        var train = Random(users: 5, items: 5);
        EaseOptions[] wrong = [new() { Regularization = 0 }, new() { Regularization = double.NaN }, new() { UserExponent = 3 }, new() { ThreadCount = -1 }];
        foreach (var options in wrong)
        {
            Should.Throw<AlgorithmException>(() => EaseModel.Fit(train, options)).Error.ShouldBe(AlgorithmError.InvalidSetting);
        }
    }

    internal static float[,] Weights(IProfileRecommender model)
    {
        var items = ((IRecommender)model).ItemCount;
        var weights = new float[items, items];
        var scores = new float[items];
        for (var item = 0; item < items; item++)
        {
            model.ScoreProfile([item], [1], scores);
            for (var other = 0; other < items; other++)
            {
                weights[item, other] = float.IsFinite(scores[other]) ? scores[other] : 0;
            }
        }

        return weights;
    }

    internal static SparseMatrix Random(int users, int items)
    {
        var random = new Random(users);
        var cells = (from user in Enumerable.Range(0, users)
                     from item in Enumerable.Range(0, items)
                     where random.NextDouble() < 0.2
                     select (user, item)).ToArray();
        return SparseMatrix.FromTriples(
            users, items, [.. cells.Select(c => c.user)], [.. cells.Select(c => c.item)], [.. cells.Select(_ => 2f)]);
    }

    private static double[,] PositiveDefinite(int size, Random random)
    {
        var factors = new double[size, 8];
        foreach (ref var value in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref factors[0, 0], factors.Length))
        {
            value = random.NextDouble() - 0.5;
        }

        var matrix = new double[size, size];
        for (var r = 0; r < size; r++)
        {
            for (var c = 0; c < size; c++)
            {
                for (var k = 0; k < 8; k++)
                {
                    matrix[r, c] += factors[r, k] * factors[c, k];
                }

                matrix[r, c] += r == c ? 1 : 0;
            }
        }

        return matrix;
    }
}
