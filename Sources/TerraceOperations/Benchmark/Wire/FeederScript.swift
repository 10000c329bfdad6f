/// What a feeder says and when. Called on the feeder's thread only.
protocol FeederScript: AnyObject {
    /// When the next messages are due, by the monotonic clock; `UInt64.max` for none.
    var due: UInt64 { get }
    /// A connection has become a WebSocket for this path.
    func opened(_ connection: FeederConnection, path: String)
    /// What to say to a text message of the engine.
    func reply(to message: String, on connection: FeederConnection) -> [[UInt8]]
    /// The answer to a request, which had been read from the socket at `time`.
    func answer(_ request: FeederRequest, readAt time: UInt64) -> [UInt8]
    /// Sends what is due.
    func send(at now: UInt64) throws
}
