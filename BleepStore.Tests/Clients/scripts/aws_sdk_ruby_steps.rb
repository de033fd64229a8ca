# The steps of the AWS SDK for Ruby; the one to run is named on the command line.
require 'aws-sdk-s3'
require 'fileutils'
require 'net/http'

ENDPOINT, BUCKET, TREE, BIG = ENV.values_at('ENDPOINT', 'BUCKET', 'TREE', 'BIG')
PART = 5 * 1024 * 1024
CLIENT = Aws::S3::Client.new(endpoint: ENDPOINT, region: 'us-east-1', force_path_style: true, retry_limit: 0)
STORE = Aws::S3::Resource.new(client: CLIENT).bucket(BUCKET)
AWKWARD = 'by ruby/ü+%2F 😀'

def equal(expected, actual)
  raise "expected #{expected.inspect}, got #{actual.inspect}" unless expected == actual
end

# Bytes are compared without showing them.
def same(expected, actual)
  raise "the bytes differ (#{expected.bytesize} and #{actual.bytesize})" unless expected.b == actual.b
end

def refused(error)
  yield
rescue error
  nil
else
  raise "succeeded, expected #{error}"
end

def files
  Dir.chdir(TREE) { Dir.glob('**/*', File::FNM_DOTMATCH).select { |name| File.file?(name) } }
end

STEPS = {
  'bucket' => lambda do
    STORE.create
    STORE.wait_until_exists(max_attempts: 1)
    equal true, CLIENT.list_buckets.buckets.any? { |bucket| bucket.name == BUCKET }
  end,

  'tree' => lambda do
    files.each do |name|
      File.open(File.join(TREE, name), 'rb') { |file| STORE.object("tree/#{name}").put(body: file) }
      FileUtils.mkdir_p(File.dirname(File.join('down', name)))
      STORE.object("tree/#{name}").get(response_target: File.join('down', name))
    end
  end,

  'multipart' => lambda do
    bytes = File.binread(BIG)
    STORE.object(AWKWARD).upload_file(BIG, multipart_threshold: PART, metadata: { 'colour' => 'blue' })
    equal '"' + STORE.object(AWKWARD).etag.delete('"')[0, 32] + '-3"', STORE.object(AWKWARD).etag
    equal({ 'colour' => 'blue' }, STORE.object(AWKWARD).metadata)
    STORE.object(AWKWARD).download_file('ranges', mode: 'get_range', chunk_size: 1_000_003, thread_count: 4)
    same bytes, File.binread('ranges')
    STORE.object('streamed').upload_stream(part_size: PART, thread_count: 3) do |stream|
      stream.binmode
      IO.copy_stream(BIG, stream)
    end
    same bytes, STORE.object('streamed').get.body.read
    STORE.object(AWKWARD).copy_to(bucket: BUCKET, key: 'copied', multipart_copy: true, min_part_size: PART, content_length: bytes.bytesize)
    same bytes, STORE.object('copied').get.body.read
  end,

  'presigned' => lambda do
    uri = URI(STORE.object(AWKWARD).presigned_url(:put, expires_in: 60, content_type: 'text/x-link'))
    put = Net::HTTP::Put.new(uri, 'Content-Type' => 'text/x-link')
    put.body = 'by link'
    equal '200', Net::HTTP.start(uri.host, uri.port) { |http| http.request(put) }.code
    equal 'by link', Net::HTTP.get(URI(STORE.object(AWKWARD).presigned_url(:get, expires_in: 60)))
    equal 'text/x-link', STORE.object(AWKWARD).content_type

    form = STORE.presigned_post(key: 'form/${filename}', content_length_range: 1..100, success_action_status: '201')
    post = Net::HTTP::Post.new(URI(form.url))
    post.set_form([*form.fields.to_a, ['file', 'by a form', { filename: 'ü x.txt' }]], 'multipart/form-data')
    equal '201', Net::HTTP.start(uri.host, uri.port) { |http| http.request(post) }.code
    equal 'by a form', STORE.object('form/ü x.txt').get.body.read
  end,

  'encrypted' => lambda do
    sealing = Aws::S3::EncryptionV2::Client.new(
      client: CLIENT, encryption_key: OpenSSL::PKey::RSA.new(2048), key_wrap_schema: :rsa_oaep_sha1,
      content_encryption_schema: :aes_gcm_no_padding, security_profile: :v2)
    sealing.put_object(bucket: BUCKET, key: 'sealed', body: 'a secret')
    equal 'a secret', sealing.get_object(bucket: BUCKET, key: 'sealed').body.read
    equal false, STORE.object('sealed').get.body.read.include?('secret')
  end,

  'listing' => lambda do
    expected = files.map { |name| "tree/#{name}".b }.sort
    pages = CLIENT.list_objects_v2(bucket: BUCKET, prefix: 'tree/', max_keys: 7).each_page.to_a
    equal expected, pages.flat_map { |page| page.contents.map { |object| object.key.b } }
    equal (expected.size + 6) / 7, pages.size
    equal expected, STORE.objects(prefix: 'tree/').map { |object| object.key.b }
    refused(Aws::S3::Errors::NoSuchKey) { STORE.object('absent').get }
    refused(Aws::S3::Errors::NotFound) { STORE.object('absent').head }
    refused(Aws::S3::Errors::BucketNotEmpty) { STORE.delete }
    wrong = Aws::S3::Client.new(endpoint: ENDPOINT, region: 'us-east-1', force_path_style: true, secret_access_key: 'wrong',
                                access_key_id: ENV.fetch('AWS_ACCESS_KEY_ID'), retry_limit: 0)
    refused(Aws::S3::Errors::SignatureDoesNotMatch) { wrong.list_buckets }
  end,

  'remove' => lambda do
    STORE.clear!
    STORE.delete
    equal false, STORE.exists?
  end,
}.freeze

STEPS.fetch(ARGV.fetch(0)).call
