/// The words of the generators about spelling: common English ones, by their length, and made-up
/// ones of any length.
enum GymWords {
    /// A line of words for each length from 3 to 10, in the order of the alphabet.
    private static let text = [
        """
        act air ant arm art axe bag bed bee bin bow box boy bus cap car cat cow cup day dog ear
        egg eye fan fig fog fox gap gem hat hen ice ink jam jar key kid leg lid log map mud net
        nut oak oil owl pan pea pen pie pig pin pot rag ram rib row rug sea sky sun tea tie toe
        toy van web
        """,
        """
        acid army baby ball band bank barn bath bean bear bell belt bird boat bolt bone book
        boot bowl bulb cage cake calf camp card cart cave city clay coal coat coin cook copy
        corn crew crop dawn deer desk dish door drum duck dust farm film fire fish flag foam
        fork frog game gate gift goat gold hand harp hill hook horn lamp leaf lion milk moon
        nail nest
        """,
        """
        actor apple arrow bacon badge basin beach bench berry birch blade blaze board bread
        brick broom brush cabin camel candy canoe cargo chain chair chalk cheek chess chest
        cloth cloud coast couch cream crown daisy diary dress eagle earth fence field flame
        flute frost fruit giant glass globe glove grain grape grass guest honey horse hotel
        house jewel juice knife lemon
        """,
        """
        anchor animal artist autumn bakery ballet banana barley barrel basket beacon beaver
        bottle branch breeze bridge bronze bubble bucket butter button camera candle canvas
        canyon carpet carrot castle cellar cement cheese cherry circle citrus clover coffee
        collar copper cotton cradle dancer desert dinner donkey dragon engine fabric falcon
        farmer fiddle flower forest fossil garden garlic ginger guitar hammer harbor
        """,
        """
        account airport antique apricot archway arrival baggage balcony balloon bandage battery
        bedroom bicycle biscuit blanket blossom brother builder cabbage cabinet captain caravan
        carrier cartoon cashier century chamber channel chapter chicken chimney citizen climate
        cluster coconut college compass concert contest costume cottage council country crystal
        curtain cushion diamond dolphin drawing feather fiction fishing freight
        """,
        """
        airplane aluminum ancestor aquarium attorney bachelor backyard baseball basement
        beginner birthday bookcase boundary building business calendar campaign canister
        cardinal category cemetery champion charcoal chestnut children climbing clothing
        colander colonial comedian composer computer concrete corridor creature cucumber
        cupboard currency customer database daughter daylight dialogue dinosaur director
        discount distance document dolphins electron elephant
        """,
        """
        adventure aerospace afternoon alligator allotment apartment apparatus architect
        astronaut avalanche awareness badminton ballerina bandwagon barometer battalion
        beginning biography blackbird blueberry boulevard breakfast brilliant broadcast
        butterfly calculate candidate cardboard carpenter cartridge cartwheel catalogue
        cathedral celebrate celestial chameleon character chemistry chocolate classroom
        cleverest coastline colleague committee companion composite condition container
        continent copyright cosmetics countdown courtroom craftsmen crocodile
        """,
        """
        accountant afterwards antiseptic appearance archbishop artificial assessment assignment
        assistance astronomer atmosphere attachment attraction automobile background basketball
        bestseller biological birthplace blacksmith bookkeeper bottleneck breakwater bridegroom
        brightness camouflage capability censorship chalkboard chandelier characters cheerfully
        collection commercial commission comparison compliment conclusion conference confidence
        connection constraint consultant controller convention copyrights courthouse
        """,
    ]

    /// The words of length `index + 3`.
    private static let words = text.map { line in
        line.split { $0 == " " || $0 == "\n" }.map(String.init)
    }

    private static func words(of lengths: ClosedRange<Int>) -> [[String]] {
        zip(3..., words).filter { lengths.contains($0.0) }.map(\.1)
    }

    /// Whether any word is as long.
    static func hasWords(of lengths: ClosedRange<Int>) -> Bool { !words(of: lengths).isEmpty }

    /// A word, every one of these lengths as likely; there must be some.
    static func drawn(
        of lengths: ClosedRange<Int>, using random: inout any RandomNumberGenerator
    ) -> String {
        let lists = words(of: lengths)
        var index = random.drawInteger(below: lists.reduce(0) { $0 + $1.count })
        for list in lists {
            if index < list.count { return list[index] }
            index -= list.count
        }
        preconditionFailure("no word of \(lengths) letters")
    }

    /// Consonants and vowels in turn: `talomi`.
    static func invented(
        _ length: Int, using random: inout any RandomNumberGenerator
    ) -> String {
        let consonants = Array("bcdfghjklmnpqrstvwxyz")
        let vowels = Array("aeiou")
        let start = random.drawInteger(below: 2)
        return String(
            (0..<length).map { place in
                random.drawElement(of: (place + start) % 2 == 0 ? consonants : vowels)
            })
    }
}
