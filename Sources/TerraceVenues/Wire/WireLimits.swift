/// What a message from outside may be at most. All are far above what venues send.
public enum WireLimits {
    /// The longest message, in bytes: 4 MiB. The longest recorded is a list of instruments of 1.9 MB.
    public static let messageBytes = 4 << 20
    /// The most levels of a message, both sides together. Binance sends 5,000 a side at most.
    public static let levels = 20_000
    /// The deepest nesting of brackets.
    public static let nesting = 64
}
