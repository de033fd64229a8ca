using BleepStore.Api.Operations;

namespace BleepStore.Tests.Fuzz;

/// <summary>Chooses the next step: mostly one that the model predicts, sometimes garbage.</summary>
internal sealed class FuzzSteps
{
    private const int MaxBuckets = 6;
    private const int GarbagePercent = 20;

    private readonly FuzzWorld _world;
    private readonly BucketSteps _buckets;
    private readonly ListingSteps _listings;
    private readonly GarbageSteps _garbage;
    private readonly List<(string Operation, int Weight, Func<FuzzStep> Make)> _choices;
    private readonly int _weight;
    private readonly bool _hasVersions = Has("ListObjectVersions");

    public FuzzSteps(FuzzWorld world)
    {
        _world = world;
        _buckets = new BucketSteps(world);
        _listings = new ListingSteps(world);
        _garbage = new GarbageSteps(world);
        var objects = new ObjectSteps(world);
        var reads = new ReadSteps(world);
        var uploads = new UploadSteps(world);
        _choices = new List<(string Operation, int Weight, Func<FuzzStep> Make)>
        {
            ("ListBuckets", 2, _buckets.ListBuckets), ("CreateBucket", 2, _buckets.CreateBucket), ("DeleteBucket", 2, _buckets.DeleteBucket), ("HeadBucket", 2, _buckets.HeadBucket),
            ("HeadBucket", 1, _buckets.AbsentBucket), ("GetBucketLocation", 1, _buckets.GetBucketLocation), ("GetBucketAcl", 2, _buckets.GetBucketAcl), ("PutBucketAcl", 3, _buckets.PutBucketAcl),
            ("PutBucketVersioning", 3, _buckets.PutBucketVersioning), ("GetBucketVersioning", 1, _buckets.GetBucketVersioning), ("ListObjects", 8, _listings.ListObjects),
            ("ListObjectsV2", 8, _listings.ListObjectsV2), ("ListObjectVersions", 4, _listings.ListObjectVersions), ("PutObject", 25, objects.PutObject), ("CopyObject", 8, objects.CopyObject),
            ("DeleteObject", 10, objects.DeleteObject), ("DeleteObjects", 4, objects.DeleteObjects), ("GetObject", 12, reads.GetObject), ("HeadObject", 6, reads.HeadObject),
            ("GetObjectTagging", 3, reads.GetObjectTagging), ("PutObjectTagging", 3, reads.PutObjectTagging), ("DeleteObjectTagging", 2, reads.DeleteObjectTagging),
            ("GetObjectAcl", 3, reads.GetObjectAcl), ("PutObjectAcl", 3, reads.PutObjectAcl), ("CreateMultipartUpload", 4, uploads.CreateMultipartUpload), ("UploadPart", 8, uploads.UploadPart),
            ("UploadPartCopy", 3, uploads.UploadPartCopy), ("ListParts", 3, uploads.ListParts), ("ListMultipartUploads", 2, uploads.ListMultipartUploads),
            ("CompleteMultipartUpload", 6, uploads.CompleteMultipartUpload), ("AbortMultipartUpload", 2, uploads.AbortMultipartUpload),
        }.FindAll(choice => Has(choice.Operation));
        _weight = _choices.Sum(choice => choice.Weight);
    }

    public FuzzStep Next()
    {
        if (_world.Chance(GarbagePercent))
        {
            return _garbage.Any();
        }

        while (true)
        {
            var at = _world.Random.Next(_weight);
            var (operation, _, make) = _choices.First(choice => (at -= choice.Weight) < 0);
            var count = _world.Model.Buckets.Count;
            if (operation is not ("ListBuckets" or "CreateBucket") && count < 2)
            {
                return _buckets.CreateBucket();
            }

            if (operation != "CreateBucket" || count < MaxBuckets)
            {
                return make();
            }
        }
    }

    /// <summary>Everything that listings tell, bucket after bucket.</summary>
    public IEnumerable<FuzzStep> CompareAll()
    {
        foreach (var bucket in _world.Model.Buckets.Values)
        {
            yield return _listings.ListAll(bucket);
            if (_hasVersions)
            {
                yield return _listings.ListVersions(bucket);
            }
        }
    }

    private static bool Has(string operation) => S3Operations.All.Any(route => route.Definition.Name == operation);
}
