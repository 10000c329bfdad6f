import ArgumentParser

/// `terrace-exchange`.
@main
struct TerraceExchange: AsyncParsableCommand {
    func run() async throws {}
}
