/// How long messages take between us and a venue, each way.
public struct Latency: Sendable {
    /// The least, in nanoseconds.
    public var baseNanoseconds: Int64
    /// The mean of the exponential jitter on top, in nanoseconds.
    public var jitterNanoseconds: Int64

    /// `baseNanoseconds` and an exponential jitter.
    public init(baseNanoseconds: Int64 = 800_000, jitterNanoseconds: Int64 = 200_000) {
        self.baseNanoseconds = baseNanoseconds
        self.jitterNanoseconds = jitterNanoseconds
    }
}
