/// An answer by HTTP.
public struct ServerResponse: Sendable, Equatable {
    /// The status.
    public var status: Int
    /// Headers beside those of length and connection, which are the shell's.
    public var headers: [ServerHeader]
    /// The body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int = 200, headers: [ServerHeader] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer in JSON.
    public static func json(_ body: [UInt8], status: Int = 200) -> ServerResponse {
        ServerResponse(
            status: status, headers: [ServerHeader("Content-Type", "application/json;charset=UTF-8")], body: body)
    }
}
