import TerraceVenues

/// A refusal as the venue words it: "Error codes for Binance" of the spot documentation.
struct BinanceRefusal: Error {
    /// The HTTP status, and that of an answer by the WebSocket API.
    var status: Int
    /// The venue's code.
    var code: Int64
    /// The venue's text.
    var message: String
    /// What the answer's `data` is, as JSON; nil for none.
    var data: [UInt8]?

    init(_ code: Int64, _ message: String, status: Int = 400, data: [UInt8]? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.data = data
    }

    /// `{"code":-1121,"msg":"Invalid symbol."}`
    var body: [UInt8] {
        var writer = WireWriter()
        self.write(into: &writer)
        return writer.bytes
    }

    func write(into writer: inout WireWriter) {
        writer.text("{\"code\":")
        writer.integer(self.code)
        writer.text(",\"msg\":")
        writer.quoted(self.message)
        if let data = self.data {
            writer.text(",\"data\":")
            writer.bytes.append(contentsOf: data)
        }
        writer.text("}")
    }

    static func missing(_ name: String) -> BinanceRefusal {
        BinanceRefusal(-1102, "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed.")
    }
    static func illegal(_ name: String, _ range: String) -> BinanceRefusal {
        BinanceRefusal(-1100, "Illegal characters found in parameter '\(name)'; legal range is '\(range)'.")
    }
    static func filter(_ name: String) -> BinanceRefusal { BinanceRefusal(-1013, "Filter failure: \(name)") }
    static let badSymbol = BinanceRefusal(-1121, "Invalid symbol.")
    static let unknownOrder = BinanceRefusal(-2011, "Unknown order sent.")
    static let noSuchOrder = BinanceRefusal(-2013, "Order does not exist.")
    static let badKeyFormat = BinanceRefusal(-2014, "API-key format invalid.", status: 401)
    static let badKey = BinanceRefusal(-2015, "Invalid API-key, IP, or permissions for action.", status: 401)
    static let badSignature = BinanceRefusal(-1022, "Signature for this request is not valid.")
    static let tooOld = BinanceRefusal(-1021, "Timestamp for this request is outside of the recvWindow.")
    static let tooEarly = BinanceRefusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
}
