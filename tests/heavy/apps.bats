#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Languages and tools that take long to install, packed by name or by template, doing a real task.

# shellcheck disable=SC2016 # the shell in the jail expands them

load ../cli/helper
load ../apps/apps-helper

# does EXPECTED COMMAND…: it ends well in $name, and that is in what it says.
does() {
	local expected=$1
	shift
	inside "$name" "$@"
	assert_status 0
	assert_output_has "$expected"
}

each() {
	name=$1
	image "$1" "$2"
	shift 2
	for_each_user does "$@"
}

@test "node has its modules" {
	each node.tar /usr/bin/node '0cc175b9c0f1b6a831c399e269772661' /usr/bin/node -e \
		'console.log(require("crypto").createHash("md5").update("a").digest("hex"))'
}

# main of the class, which javac made: no compiler comes with the run-time environment.
#	System.out.println(java.util.stream.IntStream.of(6, 7).reduce(1, Math::multiplyExact));
#	System.out.println(java.time.Instant.EPOCH.atZone(java.time.ZoneId.of("Europe/Paris")).getHour());
#	System.out.println(java.security.KeyStore.getInstance(new java.io.File(a[0]), (char[]) null).size() > 20);
@test "java runs a class" {
	base64 -d <<-'END' | gzip -d >A.class
		H4sIAAAAAAACA51UW3PbRBT+1layjaK2TtqmtJTSlrbIgSIolxZULonrElEFB5wGEnPb2JtUiSxppFWn5pHfwgzP9MENhWF4Zvg/vAFn5YaaOu
		l08IwlnT3ft+fynd3f/3rwK4ArCE2UUOYwLIxhnKGyJe4IJxTRptNY35JtxTB+LYgC9R5D2a6uTOAAJjhMC5Ow/gNv9jIlu4SKcyId8wtPEDtL
		aRCppkql6LqTOITDHBULU5hmOFlgchWETlYAHG8XylCKNxjO2C2v6u8Pc6epiqMWjmGGwRRJEvbmMvIy2PYwbyOP2iqII82cDyKR9hqJTIWK0y
		KnZyycwEkqNZWdvC0ZZm3v6dhVz8QpPMdx2sLzOMNwZI+6GXiirTBiMGxPd/EcXuA4b+ECLjJMFRwVdCVFyJTQ+Y/Vlxq1BdrPH3G6B2AzWPU8
		jRPpLIk0yEzM4iWOl3VjL+3KUnDW4kh6HYaLtj+klaJ0Nt2q/zjONSkzx8KreI26IZReZbhkjwIf53auCyWXyaItXscbHG9aeAtXGI7vg6OmbE
		q1EOdpMVkex9tU1G73bgShNHEVrp7LazRPe6W/wkFjWWrVTHyAOY55CzVcZ5gpoJls52mges5N2WuSVhRxkiIOmjgQ2R8O57ZqD4saYbo6wA0L
		H+qCjCz4VmrVPS35R1rSNZ2Kz8DmyKrFHdrc6IqA5J6xW3slznCwqUR7e1Eky2I9lByfktR7QGmq63fbMtHjl3Hc2h2wAvOvhxSfj2NFp0Mki1
		LdjjvZ4XF8bmIVaxwtC1/gS4Zzj5hBdCfelo4vuusdQQyxIdpUaI9a1B22/hhu+0PSIMCCiDqhzM77cbydJ+5o5vsRl3uJ/H/OQcgnc6uj3poI
		w2agpFvB13SubM+retQdYWIdbY6OBakdhx4RF4W6TQp181AFdKPU7wp9D1peFMm0FooskyQFIS48VW84thhOPxlKh20AxlncpBtZ/0pg+k6m5y
		JZU/Rm9B6bvQ/2YwGYwMdoEEy7vyOodq/dAx/7xVwtV8Ybq0aFN3Zw0HiAI8BPOF5GH88S4B7OTr+4g2ofr/RxebD2M66uzpYv38c77De8u4P3
		+6hXjn4PbvwAo9zHgo7JsETPGZT+xC2OU3/rJY5PUCKDoUmmQZhlymmFvi36/gxlfIVv6L9BKyatbCLANk78A5oBGUuCBgAA
	END
	image java.tar -t java ./A.class:/srv/A.class
	each java.tar '' $'42\n1\ntrue' java -cp /srv A /etc/ssl/certs/java/cacerts
}

@test "ruby has its standard library" {
	each ruby.tar /usr/bin/ruby '{"a":1}' /usr/bin/ruby -e \
		'require "json"; require "set"; require "digest"; puts JSON.generate("a" => 1)'
}

@test "php has its extensions and the time zones" {
	each php.tar /usr/bin/php '1970 [1]' /usr/bin/php -r \
		'date_default_timezone_set("Europe/Paris"); echo date("Y", 0), " ", json_encode([1]);'
}

@test "lua runs" {
	image lua.tar -t lua
	each lua.tar '' '42 b-a' lua -e 'print(6*7 .. " " .. (("a-b"):gsub("(%w)-(%w)", "%2-%1")))'
}

@test "gdb has its modules" {
	each gdb.tar /usr/bin/gdb 'is 2' /usr/bin/gdb -batch -ex 'python print("is", 1+1)'
}

@test "cmake has its modules" {
	echo 'include(CMakePackageConfigHelpers)
message(hello)' >x.cmake
	jailbuild add -q /usr/bin/cmake ./x.cmake:/x.cmake -o "$IMAGES/cmake.tar"
	each cmake.tar '' hello /usr/bin/cmake -P /x.cmake
}

# A picture through three formats, of which each has a coder of its own.
@test "ImageMagick converts, and identifies what it made" {
	image magick.tar -t imagemagick -t shell
	each magick.tar '' 'PNG 3x2 srgb(255,0,0) JPEG 6x4' sh -c 'cd /tmp && printf "P3 3 2 255$(printf " 255 0 0%.0s" 1 2 3 4 5 6)\n" >x.ppm &&
		/usr/bin/convert x.ppm x.png && /usr/bin/convert x.png -resize 200% x.jpg &&
		echo $(/usr/bin/identify -format "%m %wx%h %[pixel:p{0,0}]" x.png) $(/usr/bin/identify -format "%m %wx%h" x.jpg)'
}

@test "ffmpeg makes a tone and a film, and ffprobe knows them" {
	image ffmpeg.tar -t ffmpeg -t shell
	each ffmpeg.tar '' 'vorbis 44100 1.00000 h264 64 48 10' sh -c 'cd /tmp &&
		ffmpeg -v error -f lavfi -i sine=frequency=440:duration=1 -c:a libvorbis x.ogg &&
		ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=10:duration=1 -c:v libx264 x.mp4 &&
		echo $(ffprobe -v error -of default=nw=1:nk=1 -show_entries stream=codec_name,sample_rate:format=duration x.ogg | cut -c1-7) \
			$(ffprobe -v error -of default=nw=1:nk=1 -count_frames -show_entries stream=codec_name,width,height,nb_read_frames x.mp4)'
}

@test "gcc compiles, links and its program runs" {
	image gcc.tar -t gcc-c -t shell
	each gcc.tar '' 42 bash -c 'cd /tmp && printf "#include <stdio.h>\nint main(void){printf(\"%%d\\\\n\",6*7);}" >a.c &&
		gcc -o a a.c && ./a'
}
