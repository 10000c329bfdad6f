import TerraceCore
import TerraceSimulation

/// The protocol of Bybit v5, spot.
final class BybitServerProtocol: ServerProtocol {
    let core: ExchangeCore
    let settings: ExchangeSettings

    init(core: ExchangeCore, settings: ExchangeSettings) {
        self.core = core
        self.settings = settings
        core.clientIDsStayTaken = true
    }

    func opened(_ connection: Int, _ request: ServerRequest, into output: inout ServerOutput) -> ServerResponse? {
        ServerResponse(status: 404)
    }
    func received(_ text: [UInt8], from connection: Int, into output: inout ServerOutput) {}
    func closed(_ connection: Int) {}
    func received(_ request: ServerRequest, into output: inout ServerOutput) {
        output.respond(request.token, ServerResponse(status: 404))
    }
    func bookChanged(_ change: DepthMessage, into output: inout ServerOutput) {}
    func traded(_ trade: TradeMessage, into output: inout ServerOutput) {}
    func told(_ event: CoreEvent, into output: inout ServerOutput) {}
    func fired(_ timer: ServerTimer, into output: inout ServerOutput) {}
    func restarted() {}
    func isCommand(_ request: ServerRequest) -> Bool { false }
    func unknownOutcome(_ request: ServerRequest) -> ServerResponse { ServerResponse(status: 503) }
    func limited(retryAfterNanoseconds: Int64, isBan: Bool) -> ServerResponse { ServerResponse(status: 403) }
}
