/// A question whose answer may be kept: its kind, with what it asks for.
public protocol QueryKey: Hashable, Sendable {
    /// The answer.
    associatedtype Value: Sendable
    /// How long an answer of this kind is good for.
    static var timeToLive: Duration { get }
    /// About how much memory an answer takes, in bytes.
    static func bytes(of value: Value) -> Int
}

extension QueryKey {
    /// 30 seconds.
    public static var timeToLive: Duration { .seconds(30) }
}
