/// Frequent words of two languages, in lower case: function words first, then numbers, the words
/// of working something out, and those of everyday requests. A word of both is in both lists; single
/// letters are in none, because they stand for quantities too.
enum FrequentWords {
    static let english = list(
        """
        the an this that these those it its he him his she her hers they them their theirs we us our
        ours you your yours me my mine myself yourself itself himself herself themselves who whom
        whose what which when where why how there here then than as at by for from in into of off on
        onto out over to toward towards under until up upon with within without about above across
        after again against all almost along already also although always am among and another any
        anybody anyone anything are around away back be became because become been before behind
        being below best better between beyond both but came can cannot come comes coming could did
        do does doing done don't down during each either else enough even ever every everybody
        everyone everything except few first found gave get gets getting give given gives go goes
        going gone got had has have having hence however if indeed instead is isn't i'm just keep
        kept know known knows last least less let let's like likely little long look looks made make
        makes making many may maybe mean means might more most much must near nearly need needed
        needs neither never new next no nobody none nor not nothing now obviously often ok okay old
        once one only or other others otherwise own per perhaps put quite rather really right said
        same saw say says second see seem seems seen several shall should since so some somebody
        someone something sometimes soon still such sure take taken takes tell thing things think
        third though thought through thus together told too took tried true try trying turn twice
        use used uses using very want wants was wasn't way well went were whatever whether while
        whole will wish won't word words work works would yes yet fast war doesn't didn't can't
        aren't weren't wouldn't couldn't shouldn't hasn't haven't zero two three four five six seven
        eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
        twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half double
        number numbers digit digits sum sums add adds added adding addition plus minus times divide
        divided multiply multiplied subtract difference product rest moment equal equals equation
        answer answers question result results total carry carries carried column columns unit units
        tens ones remaining remainder calculate compute count counts check checking verify wait
        mistake mistakes wrong error errors retry evaluate correct correctly false solve solved
        solution step steps problem find finally therefore hello hi hey dear good morning evening
        afternoon night day today tomorrow yesterday please thank thanks kindly gladly happily
        pleasure welcome sorry excuse pardon goodbye bye farewell friend friends sir madam miss lady
        gentleman care meet meeting nice glad happy lovely great fine kind polite politely brief
        briefly short ask asks asked asking request help helps greet greets greeting greetings lend
        lends borrow bring brings return returns pen pencil book books cup umbrella bike bicycle key
        keys lamp map hat coat bag ball chair table door window house home room school station
        market shop store library bakery bank park garden church bridge river street road corner
        town city museum post office left straight opposite beside far close walk water bread milk
        tea coffee apple apples man woman men women child children people person year years time
        hour hours minute minutes week month world life hand head eye name names money big small
        large high low early late hall shelf box bell clock spoon tent leave leaves leaving stay
        stays hope hopes closed lent shows show open opens start starts end ends read reads write
        writes here's fork knife plate letter picture toy
        """)

    static let german = list(
        """
        der die das den dem des ein eine einen einem einer eines dieser diese dieses diesen diesem
        jener jene jenes es er ihn ihm sein seine seinen seinem seiner seines sie ihr ihre ihren
        ihrem ihrer ihres ihnen wir uns unser unsere unseren unserem du dich dir dein deine deinen
        deinem deiner ich mich mir mein meine meinen meinem meiner euch euer eure sich selbst wer
        wen wem wessen was welche welcher welches welchen wann wo warum wieso weshalb wie woher
        wohin da dort hier dann denn als am an auf aus bei beim bis durch für gegen hinter im in ins
        mit nach neben ohne seit über um unter vom von vor während wegen zu zum zur zwischen aber
        alle allein allem allen aller alles also ander andere anderen anderer anderes auch außer
        bald bereits bevor beide beiden bin bist bitte bleibt bleiben brauche brauchen braucht dabei
        dadurch dafür dagegen daher damit danach daneben daran darauf daraus darf darfst darin
        darüber darum davon davor dazu dass daß doch dürfen ebenso ehe eher eigentlich einfach
        einige einigen einmal entweder erst erste ersten erster etwa etwas fast fertig folgt ganz
        ganze ganzen gar geben gibt gib gehen geht gehe ging genau genug gerade gerne gern gewesen
        gleich größer groß große großen gut gute guten guter gutes hab habe haben hast hat hatte
        hätte heißt heute her hin immer indem irgendwo ist ja je jede jedem jeden jeder jedes jedoch
        jemand jetzt kann kannst kein keine keinen keinem keiner kleiner klein kleine kleinen kommen
        kommt komm können könnte könnten könntest lang lange lass lassen lässt letzte letzten liegt
        machen macht mache mal man manche mehr mehrere meist mochte möchte möchten muss müssen musst
        na nämlich natürlich nein neu neue neuen nicht nichts nie niemals niemand noch nun nur ob
        oben obwohl oder oft okay schon sehr sei seid sind so sobald sogar solche soll sollen sollte
        sollten sollst somit sondern sonst soviel sowie später stehen steht statt tun tut trotz
        trotzdem überall übrig und unten viel viele vielen vieler vielleicht völlig voll vorher war
        waren wäre wären warst weg weil weit weiter weitere wenig weniger wenn werde werden werdet
        wird wirst wieder will willst wirklich wissen weiß wohl wollen wollte worden wurde wurden
        würde würden ziemlich zudem zuerst zuletzt zusammen zwar brief bring hey hi ok per person
        sorry still null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn
        vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig
        sechzig siebzig achtzig neunzig hundert tausend million hälfte doppelt zahl zahlen ziffer
        ziffern summe summen addiere addieren addiert plus minus geteilt teile differenz produkt
        gleichung antwort antworten frage ergebnis ergebnisse ergibt insgesamt übertrag überträge
        spalte spalten zehner hunderter rest rechne rechnen berechne zähle zählen prüfe prüfen
        überprüfe moment warte fehler falsch richtig stimmt lösung löse lösen schritt schritte
        aufgabe problem finde finden schließlich deshalb hallo lieber liebe liebes lieben liebste
        morgen abend nachmittag nacht tag gestern danke dank dankeschön herzlich herzlichen
        freundlich freundlichen freundliche höflich kurz höre vergnügen willkommen entschuldigung
        entschuldige verzeihung tschüss tschüs servus wiedersehen freund freundin freunde herr frau
        fräulein dame mach's geht's treffen schön schöne schönen freut freue froh glücklich nett
        fein bitten bittet gefragt frag fragen hilfe helfen hilft grüße grüß gruß leihen leihe leih
        leihst borgen bringe bringen bringt zurück stift bleistift buch bücher tasse schirm
        regenschirm rad fahrrad schlüssel lampe karte hut mantel tasche ball stuhl tisch tür fenster
        haus hause zimmer schule bahnhof markt laden geschäft bücherei bibliothek bäckerei bank park
        garten kirche brücke fluss straße ecke stadt dorf museum post links rechts geradeaus
        gegenüber nahe nah wasser brot milch tee kaffee apfel äpfel mann kind kinder leute mensch
        menschen jahr jahre zeit uhr stunde stunden minute minuten woche monat welt leben hand kopf
        auge name namen geld hoch tief früh spät flur regal kasten kiste glocke löffel zelt gabel
        messer teller bild spielzeug nimm nehmen nimmt bleib bleibe essen trinken lieb sucht suche
        suchen sagt sagte sagen sag gedauert dauert hilf half zeig zeigen zeigt öffne öffnen lies
        lesen schreiben schreibe ende anfang wünsche wunsch sah gesehen geliehen macht's gib's
        irgendwann unsern abends morgens
        """)

    private static func list(_ text: String) -> [String] {
        text.split { $0 == " " || $0 == "\n" }.map(String.init)
    }
}
